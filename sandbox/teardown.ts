/** Takes the sandbox down from whatever state it is in: whole, half started, killed, after a reboot, or already gone.
 *
 *  In: what the machine shows (marked processes, our cgroups, mounts, bridges) and the note of what it was before. Out:
 *  a machine like before; an error that lists what would not go. Nothing is believed that a file says about processes. */
import { lstat, readdir, readFile, readlink, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { killContainers, removeGroups } from "./cgroups";
import { chainsOf, cleanFirewall, FAMILIES, forwardPolicy, isSharedChain, rulesOf } from "./firewall";
import { type Layout, NETWORKS, RUN_FOLDER } from "./layout";
import { removeBridge } from "./network";
import { CNI_NETWORK } from "./nodeConfig";
import { end, markedProcesses, strangerRuns } from "./processes";
import { succeeds } from "./shell";
import { type Before, FIXED_FOLDERS, readBefore, restoreSettings } from "./state";

/** First whoever would start things again, then what they started. */
const STOP_FIRST = ["kubelet", "kube-controller-manager", "kube-scheduler"];
const POD_GRACE_MS = 3000;

export async function tearDown(paths: Layout, update: (detail: string) => void): Promise<void> {
  const before = await readBefore();
  update("processes");
  await end(pidsOf(({ part }) => STOP_FIRST.includes(part)));
  await killContainers("pods", POD_GRACE_MS);
  // dockerd ends its own containerd and containers when asked nicely.
  await end(pidsOf(({ part, command }) => part !== "dockerd" || /dockerd$/.test(command[0] ?? "")));
  await killContainers("docker", 0);
  await end(
    pidsOf(() => true),
    2000,
  );
  update("mounts, network, cgroups");
  const mounts = await unmount([RUN_FOLDER, paths.docker, paths.cluster]);
  for (const bridge of [NETWORKS.pods, NETWORKS.docker]) await removeBridge(bridge);
  await cleanRules(before);
  const groups = await removeGroups();
  if (before) await restoreSettings(before);
  update("files");
  const leftover = [
    ...markedProcesses().map(({ pid, command }) => `process ${pid} ${command[0]}`),
    ...mounts,
    ...groups,
  ];
  if (leftover.length > 0) throw new Error(`The sandbox is down but for:\n${leftover.join("\n")}`);
  await removeTraces(paths, before);
  for (const path of [paths.cluster, paths.pulumiState, paths.kubeconfig])
    await rm(path, { recursive: true, force: true });
  await rm(RUN_FOLDER, { recursive: true, force: true }); // the note last: until here, `down` can be repeated
}

function pidsOf(which: (process: ReturnType<typeof markedProcesses>[number]) => boolean): number[] {
  return markedProcesses()
    .filter(which)
    .map(({ pid }) => pid);
}

/** The folders' own mount points too: dockerd binds its data folder onto itself. Deepest first. Returns what stays. */
async function unmount(folders: readonly string[]): Promise<string[]> {
  const found = async () => {
    const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
    const points = lines.flatMap((line) => line.split(" ")[4]?.replace(/\\040/g, " ") ?? []);
    return points.filter((point) => folders.some((folder) => `${point}/`.startsWith(`${folder}/`)));
  };
  for (const point of (await found()).sort((a, b) => b.length - a.length)) {
    if (!(await succeeds("umount", [point]))) await succeeds("umount", ["--lazy", point]);
  }
  return found();
}

async function cleanRules(before: Before | undefined): Promise<void> {
  const foreignEngine = otherEngineRuns();
  for (const family of FAMILIES) {
    const note = before?.firewall[family];
    const keep: Record<string, string[]> = note?.chains ?? {};
    const rules = await rulesOf(family);
    for (const [table, chains] of Object.entries(chainsOf(rules))) {
      // Without a note, or with another engine that came after us, chains of the shared names may be somebody else's.
      const theirs = chains.filter(
        (chain) => isSharedChain(chain) && (!note || (foreignEngine && chain.startsWith("DOCKER"))),
      );
      keep[table] = [...(keep[table] ?? []), ...theirs];
    }
    await cleanFirewall(family, keep, foreignEngine ? forwardPolicy(rules) : (note?.forward ?? forwardPolicy(rules)));
  }
}

function otherEngineRuns(): boolean {
  return strangerRuns(["dockerd", "containerd", "kubelet"]);
}

/** Files and folders with fixed names: ours in them, and they themselves if they were not there before and are empty. */
async function removeTraces(paths: Layout, before: Before | undefined): Promise<void> {
  if (!before) return;
  const otherEngine = otherEngineRuns();
  const logs = "/var/log/containers";
  for (const name of await readdir(logs).catch(() => [])) {
    const target = await readlink(join(logs, name)).catch(() => "");
    if (target.startsWith(paths.root)) await rm(join(logs, name), { force: true });
  }
  const results = "/var/lib/cni/results";
  for (const name of await readdir(results).catch(() => [])) {
    const loopback = name.startsWith("cni-loopback-"); // the one network whose name is not ours to choose
    const text = loopback ? await readFile(join(results, name), "utf8").catch(() => "") : "";
    if (name.startsWith(`${CNI_NETWORK}-`) || text.includes(`"${RUN_FOLDER}/`))
      await rm(join(results, name), { force: true });
  }
  // Nothing in these tells whose it is; but they were not there before, and nobody else has a use for them now.
  for (const [parent, name] of [
    ["/run/containerd", "s"],
    ["/var/lib/kubelet", "device-plugins"],
  ] as const) {
    if (!before.folders.includes(parent) && !otherEngine)
      await rm(join(parent, name), { recursive: true, force: true });
  }
  for (const folder of FIXED_FOLDERS) if (!before.folders.includes(folder)) await removeEmpty(folder);
}

async function removeEmpty(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if ((await lstat(path)).isDirectory()) await removeEmpty(path);
  }
  await rmdir(folder).catch(() => {}); // not there, or something of somebody's is in it
}
