/** The sandbox's long-running programs: started once, found again by any later run, restarted when dead or changed.
 *
 *  No pid files: they go stale when the machine reboots or the starter is killed half way, and a stale one names a
 *  stranger. Each program carries a mark in its environment instead, which its children inherit; what bears the mark is
 *  ours, whatever happened in between. In: a Part. Out: a running, healthy process with a log file. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { sleep, systemEnv } from "./shell";

const MARK = "TRITON_BERT_SANDBOX_PART";
const HEALTH_POLL_MS = 150;
const TERM_GRACE_MS = 10_000;

export interface Part {
  name: string;
  command: readonly [string, ...string[]];
  env?: NodeJS.ProcessEnv;
  /** Content of the files that the program reads at start: another content is a reason to restart it. */
  reads?: readonly string[];
  /** A shallow question that answers quickly; a rejected promise counts as no. */
  healthy: () => Promise<boolean>;
  /** Called before each start, to clear what a killed predecessor left in the way. */
  prepare?: () => Promise<void>;
  startSeconds?: number;
}

export interface Marked {
  pid: number;
  part: string;
  fingerprint: string;
  command: readonly string[];
}

/** The mark as environment variables: `down` ends whatever bears it. */
export function marked(name: string, fingerprint = "0"): Record<string, string> {
  return { [MARK]: `${name}:${fingerprint}` };
}

/** Every process that bears our mark, children of the parts included. */
export function markedProcesses(): Marked[] {
  const found: Marked[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, "utf8");
      const mark = new RegExp(`(?:^|\0)${MARK}=([^:\0]+):([0-9a-f]+)`).exec(environment);
      if (!mark?.[1] || !mark[2]) continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0").slice(0, -1);
      if (command.length > 0) found.push({ pid: Number(entry), part: mark[1], fingerprint: mark[2], command });
    } catch {} // ended meanwhile, or a kernel thread
  }
  return found;
}

/** Leaves a healthy part alone; else (re)starts it and waits until it is healthy. Says whether it had to. */
export async function ensure(part: Part, logFolder: string): Promise<"kept" | "started"> {
  const fingerprint = fingerprintOf(part);
  const running = mainProcesses(part);
  const current = running.length === 1 && running[0]?.fingerprint === fingerprint;
  if (current && (await answers(part, 3))) return "kept";
  await end(running.map(({ pid }) => pid));
  await part.prepare?.();
  const pid = start(part, fingerprint, logFolder);
  const deadline = Date.now() + (part.startSeconds ?? 60) * 1000;
  while (!(await answers(part, 1))) {
    const dead = !isAlive(pid);
    if (dead || Date.now() > deadline) {
      const log = logFile(part.name, logFolder);
      const tail = (await readFile(log, "utf8")).trim().split("\n").slice(-12).join("\n");
      throw new Error(`${part.name} ${dead ? "ended" : "does not answer"}; the end of ${log}:\n${tail}`);
    }
    await sleep(HEALTH_POLL_MS);
  }
  return "started";
}

/** SIGTERM, then SIGKILL for what is left after the grace. */
export async function end(pids: readonly number[], graceMs = TERM_GRACE_MS): Promise<void> {
  signalAll(pids, "SIGTERM");
  const deadline = Date.now() + graceMs;
  while (pids.some(isAlive) && Date.now() < deadline) await sleep(50);
  signalAll(pids, "SIGKILL");
  while (pids.some(isAlive) && Date.now() < deadline + 5000) await sleep(50);
}

export function logFile(name: string, logFolder: string): string {
  return join(logFolder, `${name}.log`);
}

/** Zombies count as gone: their parent, not we, must reap them. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Whether a program of one of these names runs that is not ours. */
export function strangerRuns(names: readonly string[]): boolean {
  const ours = new Set(markedProcesses().map(({ pid }) => pid));
  return readdirSync("/proc").some((entry) => {
    if (!/^\d+$/.test(entry) || ours.has(Number(entry))) return false;
    try {
      return names.includes(readFileSync(`/proc/${entry}/comm`, "utf8").trim()) && isAlive(Number(entry));
    } catch {
      return false; // ended meanwhile
    }
  });
}

export function mainProcesses(part: Pick<Part, "name" | "command">): Marked[] {
  const program = basename(part.command[0]);
  return markedProcesses().filter(
    ({ part: name, command }) => name === part.name && basename(command[0] ?? "") === program,
  );
}

function start(part: Part, fingerprint: string, logFolder: string): number {
  mkdirSync(logFolder, { recursive: true });
  const log = openSync(logFile(part.name, logFolder), "a");
  const [program, ...args] = part.command;
  writeSync(log, `\n=== ${new Date().toISOString()} ${part.command.join(" ")}\n`);
  const env = { ...systemEnv(part.env), ...marked(part.name, fingerprint) };
  const child = spawn(program, args, { cwd: "/", detached: true, env, stdio: ["ignore", log, log] });
  closeSync(log);
  child.on("error", () => {}); // no such program: seen below as "ended"
  child.unref();
  return child.pid ?? -1;
}

function fingerprintOf(part: Part): string {
  return createHash("sha256")
    .update(JSON.stringify([part.command, part.reads ?? []]))
    .digest("hex")
    .slice(0, 12);
}

async function answers(part: Part, tries: number): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (await part.healthy().catch(() => false)) return true;
    if (attempt >= tries) return false;
    await sleep(HEALTH_POLL_MS);
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      if (isAlive(pid)) process.kill(pid, signal);
    } catch {} // ended meanwhile
  }
}
