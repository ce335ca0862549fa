/** etcd, kube-apiserver, controller-manager and scheduler, as real as in any cluster, on loopback ports of our own.
 *
 *  In: the tool chain's Kubernetes, certificates. Out: an API server that is ready. Admission (Pod Security, quota),
 *  validation and server-side apply are the real ones. There is no DNS service in this cluster. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { answersOk } from "./health";
import { type Layout, NETWORKS, PORTS } from "./layout";
import { type Pki, writeKubeconfig } from "./pki";
import { ensure } from "./processes";
import type { Toolchain } from "./toolchain/build";

/** A proxy of the user's is for the world outside; the cluster's parts talk to each other only. */
export const NO_PROXIES: NodeJS.ProcessEnv = Object.fromEntries(
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [
    [name, undefined],
    [name.toLowerCase(), undefined],
  ]),
);

export async function ensureApiServer(paths: Layout, pki: Pki, toolchain: Toolchain): Promise<void> {
  const etcdData = join(paths.cluster, "etcd");
  await mkdir(etcdData, { recursive: true, mode: 0o700 });
  const etcdClient = `https://127.0.0.1:${PORTS.etcd}`;
  const etcdPeer = `http://127.0.0.1:${PORTS.etcdPeer}`;
  await ensure(
    {
      name: "etcd",
      // Asks for a certificate: without, any user of this machine could read the cluster's secrets.
      command: [
        "/usr/bin/etcd",
        "--name=sandbox",
        `--data-dir=${etcdData}`,
        `--listen-client-urls=${etcdClient}`,
        `--advertise-client-urls=${etcdClient}`,
        `--listen-peer-urls=${etcdPeer}`,
        `--initial-advertise-peer-urls=${etcdPeer}`,
        `--initial-cluster=sandbox=${etcdPeer}`,
        `--listen-metrics-urls=http://127.0.0.1:${PORTS.etcdHealth}`,
        "--client-cert-auth",
        `--trusted-ca-file=${pki.file("ca", "crt")}`,
        `--cert-file=${pki.file("etcd", "crt")}`,
        `--key-file=${pki.file("etcd", "key")}`,
      ],
      env: NO_PROXIES,
      healthy: () => answersOk(`http://127.0.0.1:${PORTS.etcdHealth}/health`),
    },
    paths.log,
  );
  await ensure(
    {
      name: "kube-apiserver",
      command: [
        toolchain.kubernetes["kube-apiserver"],
        `--etcd-servers=${etcdClient}`,
        `--etcd-cafile=${pki.file("ca", "crt")}`,
        `--etcd-certfile=${pki.file("apiserver-to-etcd", "crt")}`,
        `--etcd-keyfile=${pki.file("apiserver-to-etcd", "key")}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${PORTS.apiserver}`,
        // Pods cannot reach a loopback address, and none of ours talks to the API: no endpoint rather than a wrong one.
        `--advertise-address=${NETWORKS.pods.gateway}`,
        "--endpoint-reconciler-type=none",
        `--service-cluster-ip-range=${NETWORKS.services.subnet}`,
        `--client-ca-file=${pki.file("ca", "crt")}`,
        `--tls-cert-file=${pki.file("apiserver", "crt")}`,
        `--tls-private-key-file=${pki.file("apiserver", "key")}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-key-file=${pki.file("service-accounts", "key")}`,
        `--service-account-signing-key-file=${pki.file("service-accounts", "key")}`,
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        `--kubelet-client-certificate=${pki.file("apiserver-to-kubelet", "crt")}`,
        `--kubelet-client-key=${pki.file("apiserver-to-kubelet", "key")}`,
        // The node's name resolves nowhere; without this `kubectl logs` and `exec` fail.
        "--kubelet-preferred-address-types=InternalIP",
        // For aggregated APIs (custom metrics).
        `--requestheader-client-ca-file=${pki.file("front-proxy-ca", "crt")}`,
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        `--proxy-client-cert-file=${pki.file("front-proxy", "crt")}`,
        `--proxy-client-key-file=${pki.file("front-proxy", "key")}`,
      ],
      env: NO_PROXIES,
      reads: [toolchain.keys.kube ?? ""],
      healthy: () => answersOk(`https://127.0.0.1:${PORTS.apiserver}/readyz`),
      startSeconds: 120,
    },
    paths.log,
  );
}

export async function ensureControllers(paths: Layout, pki: Pki, toolchain: Toolchain): Promise<void> {
  const manager = await writeKubeconfig(
    pki,
    "controller-manager",
    join(paths.cluster, "controller-manager.kubeconfig"),
  );
  const scheduler = await writeKubeconfig(pki, "scheduler", join(paths.cluster, "scheduler.kubeconfig"));
  const common = ["--leader-elect=false", "--bind-address=127.0.0.1"];
  const reads = [toolchain.keys.kube ?? ""];
  await Promise.all([
    ensure(
      {
        name: "kube-controller-manager",
        command: [
          toolchain.kubernetes["kube-controller-manager"],
          ...common,
          `--kubeconfig=${manager}`,
          `--secure-port=${PORTS.controllerManager}`,
          `--service-account-private-key-file=${pki.file("service-accounts", "key")}`,
          `--root-ca-file=${pki.file("ca", "crt")}`,
          "--use-service-account-credentials=true",
          // The default is a folder under /usr, which it makes.
          `--flex-volume-plugin-dir=${join(paths.cluster, "volume-plugins")}`,
        ],
        env: NO_PROXIES,
        reads,
        healthy: () => answersOk(`https://127.0.0.1:${PORTS.controllerManager}/healthz`),
      },
      paths.log,
    ),
    ensure(
      {
        name: "kube-scheduler",
        command: [
          toolchain.kubernetes["kube-scheduler"],
          ...common,
          `--kubeconfig=${scheduler}`,
          `--secure-port=${PORTS.scheduler}`,
        ],
        env: NO_PROXIES,
        reads,
        healthy: () => answersOk(`https://127.0.0.1:${PORTS.scheduler}/healthz`),
      },
      paths.log,
    ),
  ]);
}
