/** What this machine was like before the sandbox came up, so that taking it down restores that and nothing else.
 *
 *  Docker and kube-proxy share the names of their iptables chains, some kernel settings and a few folders with any
 *  other Docker or Kubernetes of the machine; only a note taken before tells ours from theirs. In: nothing. Out: a file
 *  under /run that is written once per boot and removed by `down`. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { chainsOf, FAMILIES, forwardPolicy, isSharedChain, type Rules, rulesOf } from "./firewall";
import { RUN, RUN_FOLDER } from "./layout";
import { strangerRuns } from "./processes";

/** Kernel settings that dockerd, kube-proxy, the kubelet or we change. */
const SETTINGS = [
  "net/ipv4/ip_forward",
  "net/ipv4/conf/all/forwarding",
  "net/ipv4/conf/default/forwarding",
  "net/ipv4/conf/all/route_localnet",
  "net/ipv6/conf/all/forwarding",
  "net/ipv6/conf/default/forwarding",
  "net/bridge/bridge-nf-call-iptables",
  "net/bridge/bridge-nf-call-ip6tables",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
  "fs/inotify/max_user_instances",
  "fs/inotify/max_user_watches",
] as const;

/** Folders with fixed names that Docker, containerd, CNI and the kubelet make whatever they are told. */
export const FIXED_FOLDERS = [
  "/etc/docker",
  "/etc/cni",
  "/opt/cni",
  "/opt/containerd",
  "/run/containerd",
  "/run/docker",
  "/run/netns",
  "/run/runc",
  "/var/lib/cni",
  "/var/lib/docker",
  "/var/lib/kubelet",
  "/var/log/containers",
  "/var/log/pods",
  "/usr/libexec/kubernetes",
] as const;

export interface Before {
  boot: string;
  settings: Record<string, string>;
  folders: string[];
  firewall: Record<string, { forward: string; chains: Record<string, string[]> }>;
}

/** Takes the note unless this boot already has one. A reboot undid everything that the old one was about. */
export async function noteBefore(): Promise<void> {
  if (await readBefore()) return;
  await rm(RUN_FOLDER, { recursive: true, force: true });
  const firewall: Before["firewall"] = {};
  const engineRuns = strangerRuns(["dockerd", "containerd", "kubelet", "kube-proxy"]);
  for (const family of FAMILIES) {
    const rules: Rules = await rulesOf(family);
    const chains = chainsOf(rules);
    const shared = Object.values(chains).flat().some(isSharedChain);
    // Nobody's any more: an engine that is off left them behind, and makes them anew when it starts.
    const stale = shared && !engineRuns;
    if (stale)
      for (const table of Object.keys(chains))
        chains[table] = chains[table]?.filter((name) => !isSharedChain(name)) ?? [];
    firewall[family] = { forward: stale ? "ACCEPT" : forwardPolicy(rules), chains };
  }
  const theirs = Object.values(firewall.iptables?.chains ?? {}).flat();
  if (theirs.some((chain) => chain.startsWith("KUBE-")))
    throw new Error(
      "This machine already runs a Kubernetes node (iptables has KUBE- chains), and two kube-proxies undo each other's rules.\n" +
        "Use that cluster: npm start -- --context NAME --registry HOST/REPOSITORY",
    );
  const note: Before = {
    boot: bootId(),
    settings: Object.fromEntries(
      SETTINGS.flatMap((name) => (readSetting(name) === undefined ? [] : [[name, readSetting(name) ?? ""]])),
    ),
    folders: FIXED_FOLDERS.filter((folder) => existsSync(folder)),
    firewall,
  };
  await mkdir(dirname(RUN.before), { recursive: true });
  await writeFile(`${RUN.before}.new`, JSON.stringify(note, null, 1));
  await rename(`${RUN.before}.new`, RUN.before); // never a half-written note
}

/** The note of this boot, if there is one. */
export async function readBefore(): Promise<Before | undefined> {
  const text = await readFile(RUN.before, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const note = JSON.parse(text) as Before;
  return note.boot === bootId() ? note : undefined;
}

export async function restoreSettings(before: Before): Promise<void> {
  for (const [name, value] of Object.entries(before.settings))
    if (readSetting(name) !== value) await writeSetting(name, value);
}

export function readSetting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return undefined; // its kernel module is not loaded
  }
}

export async function writeSetting(name: string, value: string): Promise<void> {
  await writeFile(`/proc/sys/${name}`, value);
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
