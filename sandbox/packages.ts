/** The Debian packages that the sandbox is made of, installed so that none of their services starts or stays enabled.
 *
 *  In: this machine. Out: the programs in the system's folders. What was installed before is not touched: a Docker
 *  engine of the user's keeps running. */
import { access, readFile, rename, rm, writeFile } from "node:fs/promises";
import type { Progress } from "./progress";
import { run, succeeds, systemEnv } from "./shell";

/** Package → a file of it, which is quicker to look for than asking dpkg. */
export type Packages = Readonly<Record<string, string>>;

const PACKAGES: Packages = {
  "docker.io": "/usr/sbin/dockerd",
  containerd: "/usr/bin/containerd",
  runc: "/usr/sbin/runc",
  "docker-registry": "/usr/bin/docker-registry",
  "etcd-server": "/usr/bin/etcd",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  debootstrap: "/usr/sbin/debootstrap",
  iptables: "/usr/sbin/iptables",
  conntrack: "/usr/sbin/conntrack",
  iproute2: "/usr/sbin/ip",
  openssl: "/usr/bin/openssl",
  "util-linux": "/usr/bin/mount",
  "ca-certificates": "/usr/sbin/update-ca-certificates",
};
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  "docker.io": ["docker.service", "docker.socket"],
  containerd: ["containerd.service"],
  "docker-registry": ["docker-registry.service"],
  "etcd-server": ["etcd.service"],
  nginx: ["nginx.service"],
};
/** Debian's own switch: while this file exits 101, no package's installation may start a service. */
const POLICY = "/usr/sbin/policy-rc.d";
const SAVED_POLICY = "/usr/sbin/policy-rc.d.before-triton-bert";
const DENY = "#!/bin/sh\n# written by the triton-bert sandbox for the length of one apt-get install\nexit 101\n";

/** Throws, with what to do instead, unless this is Debian on Linux, as root. */
export async function checkMachine(): Promise<void> {
  const release = process.platform === "linux" ? await readFile("/etc/os-release", "utf8").catch(() => "") : "";
  const debian = /^ID=debian$/m.test(release) && /^VERSION_ID="?12"?$/m.test(release);
  if (debian && process.getuid?.() === 0) return;
  throw new Error(
    `The embedded sandbox needs Debian 12 and root (this is ${/^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? process.platform}, ` +
      `uid ${process.getuid?.() ?? "?"}).\nInstall Docker, the pulumi CLI and a cluster (kind or minikube will do), with a registry ` +
      "that both reach,\nthen: npm start -- --context NAME --registry HOST/REPOSITORY",
  );
}

/** Those of the sandbox, or others. */
export async function ensurePackages(log: Progress, packages: Packages = PACKAGES): Promise<void> {
  await restorePolicy(); // of a run that was killed during an installation
  const missing: string[] = [];
  for (const [name, file] of Object.entries(packages)) if (!(await exists(file))) missing.push(name);
  if (missing.length === 0) return;
  await log.step(`install Debian packages: ${missing.join(", ")}`, async (update) => {
    const env = systemEnv({ DEBIAN_FRONTEND: "noninteractive" });
    const options = ["-y", "-q", "--no-install-recommends"];
    await run("apt-get", ["update", "-q"], { env, onLine: update });
    await denyServices();
    try {
      await run("apt-get", ["install", ...options, ...missing], { env, onLine: update });
    } finally {
      await restorePolicy();
    }
    for (const service of missing.flatMap((name) => SERVICES[name] ?? [])) await disable(service);
  });
}

async function denyServices(): Promise<void> {
  if (await exists(POLICY)) await rename(POLICY, SAVED_POLICY);
  await writeFile(POLICY, DENY, { mode: 0o755 });
}

async function restorePolicy(): Promise<void> {
  if ((await readFile(POLICY, "utf8").catch(() => "")) === DENY) await rm(POLICY);
  if (await exists(SAVED_POLICY)) await rename(SAVED_POLICY, POLICY);
}

/** Only for what this run installed. Without systemd (a container) there is nothing that would start it at boot. */
async function disable(service: string): Promise<void> {
  if (await exists("/usr/bin/systemctl")) await succeeds("systemctl", ["disable", service]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
