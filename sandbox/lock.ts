/** One `up` or `down` at a time: two starters would start two of everything.
 *
 *  In: a folder. Out: the work's result. A lock whose holder is dead counts for nothing, so a SIGKILL blocks nobody. */
import { readFileSync } from "node:fs";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "./shell";

/** The longest thing under the sandbox's lock is a first base image on a slow mirror. */
const WAIT_MINUTES = 15;

export async function withLock<T>(folder: string, work: () => Promise<T>, waitMinutes = WAIT_MINUTES): Promise<T> {
  const file = join(folder, "lock");
  await mkdir(folder, { recursive: true });
  const deadline = Date.now() + waitMinutes * 60_000;
  while (!(await take(file))) {
    if (Date.now() > deadline) throw new Error(`Another process has held ${file} for ${waitMinutes} minutes.`);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}`;
  await writeFile(own, `${process.pid} ${startTime(process.pid)}`);
  try {
    await link(own, file); // unlike a write, never seen half done
    return true;
  } catch {
    const holder = readHolder(file);
    if (holder !== undefined && !holder.alive) await rm(file, { force: true });
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

function readHolder(file: string): { alive: boolean } | undefined {
  try {
    const [pid, started] = readFileSync(file, "utf8").split(" ");
    return { alive: startTime(Number(pid)) === started };
  } catch {
    return undefined; // released meanwhile
  }
}

/** Ticks since boot, which with the pid names a process for good; "" when there is none. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
