/** The cluster's one node: a kubelet on a containerd of its own, pod network by CNI, Services by kube-proxy.
 *
 *  In: an API server that is ready, the registry. Out: a node that runs pods from localhost:5001.
 *  NetworkPolicy objects are accepted but not enforced: Debian's CNI plugins know none. NodePorts answer on 127.0.0.1
 *  only, so nothing of the sandbox can be reached from outside the machine. */
import { mkdir, readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePodGroup } from "./cgroups";
import { NO_PROXIES } from "./controlPlane";
import { docker } from "./engine";
import { answersOk } from "./health";
import { type Layout, NETWORKS, NODE, PORTS, REGISTRY, RUN } from "./layout";
import { ensureBridge, uplinkMtu } from "./network";
import { cniConfig, containerdConfig, kubeletConfig, proxyConfig } from "./nodeConfig";
import { type Pki, writeKubeconfig } from "./pki";
import { ensure } from "./processes";
import { isPushed } from "./registry";
import { run } from "./shell";
import type { Toolchain } from "./toolchain/build";

const OVERLAYFS_MAGIC = 0x794c7630;

/** containerd needs no API server, so it comes up beside it. */
export async function ensureContainerd(paths: Layout, toolchain: Toolchain): Promise<void> {
  const pause = await ensurePauseImage(paths, toolchain);
  const file = join(paths.cluster, "containerd.toml");
  const cniFolder = join(paths.cluster, "cni");
  const hosts = join(paths.cluster, "registries", REGISTRY);
  const overlay = (await statfs(paths.root)).type === OVERLAYFS_MAGIC;
  const config = containerdConfig({
    root: join(paths.cluster, "containerd"),
    cniFolder,
    registries: join(paths.cluster, "registries"),
    pause,
    snapshotter: overlay ? "native" : "overlayfs", // overlayfs cannot lie on overlayfs
  });
  const network = cniConfig(await uplinkMtu());
  await ensureBridge(NETWORKS.pods);
  await ensure(
    {
      name: "containerd",
      command: ["/usr/bin/containerd", "--config", file],
      env: NO_PROXIES,
      reads: [config, network],
      healthy: async () =>
        (await run("/usr/bin/ctr", ["--address", RUN.containerdSocket, "version"], { timeoutMs: 5000 })) !== "",
      prepare: async () => {
        for (const folder of [cniFolder, hosts, RUN.containerd]) await mkdir(folder, { recursive: true });
        await writeFile(join(cniFolder, "10-tbert.conflist"), network);
        await writeFile(join(hosts, "hosts.toml"), `server = "http://${REGISTRY}"\n`);
        await writeFile(file, config);
      },
    },
    paths.log,
  );
}

export async function ensureNode(paths: Layout, pki: Pki, toolchain: Toolchain): Promise<"kept" | "started"> {
  const kubelet = await writeKubeconfig(pki, "kubelet", join(paths.cluster, "kubelet.kubeconfig"));
  const proxy = await writeKubeconfig(pki, "kube-proxy", join(paths.cluster, "kube-proxy.kubeconfig"));
  const kubeletFile = join(paths.cluster, "kubelet.json");
  const kubeletText = kubeletConfig({
    clientCa: pki.file("ca", "crt"),
    podLogs: join(paths.log, "pods"),
    volumePlugins: join(paths.cluster, "volume-plugins"),
  });
  const proxyFile = join(paths.cluster, "kube-proxy.json");
  const proxyText = proxyConfig(proxy);
  await ensurePodGroup();
  const [state] = await Promise.all([
    ensure(
      {
        name: "kubelet",
        command: [
          toolchain.kubernetes.kubelet,
          `--config=${kubeletFile}`,
          `--kubeconfig=${kubelet}`,
          `--root-dir=${join(paths.cluster, "kubelet")}`,
          `--cert-dir=${join(paths.cluster, "kubelet-pki")}`,
          `--hostname-override=${NODE}`,
          `--node-ip=${NETWORKS.pods.gateway}`,
        ],
        env: NO_PROXIES,
        reads: [kubeletText, toolchain.keys.kube ?? ""],
        healthy: () => answersOk(`http://127.0.0.1:${PORTS.kubeletHealth}/healthz`),
        prepare: () => writeFile(kubeletFile, kubeletText),
      },
      paths.log,
    ),
    ensure(
      {
        name: "kube-proxy",
        command: [toolchain.kubernetes["kube-proxy"], `--config=${proxyFile}`],
        env: NO_PROXIES,
        reads: [proxyText, toolchain.keys.kube ?? ""],
        healthy: () => answersOk(`http://127.0.0.1:${PORTS.proxyHealth}/livez`),
        prepare: () => writeFile(proxyFile, proxyText),
      },
      paths.log,
    ),
  ]);
  return state;
}

/** The container that holds a pod's network open: a program of 20 lines, FROM nothing, in the sandbox's registry. */
async function ensurePauseImage(paths: Layout, toolchain: Toolchain): Promise<string> {
  const repository = "triton-bert-sandbox/pause";
  const tag = (toolchain.keys.pause ?? "latest").slice(0, 12);
  const image = `${REGISTRY}/${repository}:${tag}`;
  if (await isPushed(repository, tag)) return image;
  const context = join(paths.cluster, "pause");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "pause"), await readFile(toolchain.pause), { mode: 0o755 });
  await run("tar", ["-C", context, "-cf", join(context, "pause.tar"), "pause"]);
  await docker(paths, ["import", "--change", 'ENTRYPOINT ["/pause"]', join(context, "pause.tar"), image]);
  await docker(paths, ["push", image]);
  return image;
}
