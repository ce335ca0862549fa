/** One build at a time: two would each compile for ten minutes what one could. In: the lock's path. Out: a function that
 *  gives it back. A lock whose owner was killed, or that is older than the last boot, is taken over. Should two takers of
 *  such a lock ever meet, both build: slow, but right, since each works in a folder of its own. */
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_AGAIN_MS = 2000;

export async function lock(path: string, onWait: (owner: number) => void): Promise<() => void> {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    while (!taken(mine, path)) {
      const owner = livingOwner(path);
      if (owner === undefined) rmSync(path, { force: true });
      else {
        onWait(owner);
        await sleep(LOOK_AGAIN_MS);
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => rmSync(path, { force: true });
}

/** A link appears with its content, or not at all. */
function taken(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw problem;
  }
}

function livingOwner(path: string): number | undefined {
  try {
    const bootMs = Date.now() - uptime() * 1000;
    const owner = Number(readFileSync(path, "utf8"));
    if (statSync(path).mtimeMs < bootMs || owner === process.pid) return undefined;
    process.kill(owner, 0);
    return isZombie(owner) ? undefined : owner;
  } catch {
    return undefined;
  }
}

/** Killed, but never reaped: the first process of a container often does not. Systems without /proc have a real init. */
function isZombie(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && / Z /.test(readFileSync(stat, "utf8").replace(/.*\)/s, ""));
}
