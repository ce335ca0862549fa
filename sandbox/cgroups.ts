/** The control groups that hold every container of the sandbox: made before, killed and removed after.
 *
 *  In: the names in layout.ts. Works with the old hierarchies (one per controller), the unified one, and both at once. */
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CGROUPS } from "./layout";
import { isAlive } from "./processes";
import { sleep } from "./shell";

/** The kubelet refuses a parent group that does not exist with all its controllers. */
export async function ensurePodGroup(): Promise<void> {
  for (const { mount, unified } of hierarchies()) {
    if (unified) {
      const controllers = readFileSync(join(mount, "cgroup.controllers"), "utf8").trim().split(/\s+/).filter(Boolean);
      for (const name of controllers)
        await writeFile(join(mount, "cgroup.subtree_control"), `+${name}`).catch(() => {});
    }
    await mkdir(join(mount, CGROUPS.pods), { recursive: true });
  }
}

/** Kills every process of every container, also of those whose engine is gone. */
export async function killContainers(which: keyof typeof CGROUPS, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  for (let signal: NodeJS.Signals = "SIGTERM"; ; signal = Date.now() > deadline ? "SIGKILL" : signal) {
    const pids = members(which);
    if (pids.length === 0 || Date.now() > deadline + 5000) return;
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {} // ended meanwhile
    }
    await sleep(100);
  }
}

/** What could not be removed: empty when all is well. */
export async function removeGroups(): Promise<string[]> {
  const roots = hierarchies().flatMap(({ mount }) => Object.values(CGROUPS).map((name) => join(mount, name)));
  for (let attempt = 0; attempt < 30 && roots.some((root) => existsSync(root)); attempt++) {
    for (const folder of roots.flatMap(descendants).reverse()) {
      try {
        rmdirSync(folder);
      } catch {} // its last process is still being reaped
    }
    if (roots.some((root) => existsSync(root))) await sleep(100);
  }
  return roots.filter((root) => existsSync(root));
}

function members(which: keyof typeof CGROUPS): number[] {
  const pids = new Set<number>();
  for (const { mount } of hierarchies()) {
    for (const folder of descendants(join(mount, CGROUPS[which]))) {
      try {
        for (const line of readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n"))
          if (line) pids.add(Number(line));
      } catch {} // removed meanwhile
    }
  }
  return [...pids].filter(isAlive);
}

/** Parents before children. */
function descendants(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...below.flatMap((entry) => descendants(join(folder, entry.name)))];
}

function hierarchies(): { mount: string; unified: boolean }[] {
  const lines = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, mount, type] = line.split(" ");
    return mount && (type === "cgroup" || type === "cgroup2") ? [{ mount, unified: type === "cgroup2" }] : [];
  });
}
