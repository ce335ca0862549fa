/** Runs other programs, and says what they said when they fail.
 *
 *  In: a command, never a shell line, so that no path needs quoting. Out: its stdout; a failure is an Error with the
 *  command and the end of its stderr. */
import { spawn } from "node:child_process";

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  input?: string;
  cwd?: string;
  /** Milliseconds; without it a command may take as long as it likes. */
  timeoutMs?: number;
  /** Called with each line of stdout and stderr as it comes. */
  onLine?: (line: string) => void;
}

/** Only the system's own folders: a `docker` or `kubectl` that happens to be first on the user's PATH may be another one. */
export const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Environment for the sandbox's programs: the user's, with the system's PATH and without the engine that the user points at. */
export function systemEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: SYSTEM_PATH, LC_ALL: "C" };
  for (const name of ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "KUBECONFIG"])
    delete env[name];
  return { ...env, ...extra };
}

/** A command that failed: the message carries the end of what it said, `output` all of it. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly output: string,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? systemEnv(),
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    const report = (chunk: string) => {
      if (options.onLine) for (const line of chunk.split(/[\r\n]+/)) if (line.trim()) options.onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      report(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
      report(chunk);
    });
    child.on("error", reject);
    child.stdin.on("error", () => {}); // a command that ends without reading its input is no failure of ours
    child.stdin.end(options.input ?? "");
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const tail = `${stderr}\n${stderr ? "" : stdout}`.trim().split("\n").slice(-15).join("\n");
      const message = `${command} ${args.join(" ")}: ${signal ?? `exit ${code}`}\n${tail}`;
      reject(new CommandError(message, `${stdout}\n${stderr}`));
    });
  });
}

export async function succeeds(command: string, args: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return run(command, args, options).then(
    () => true,
    () => false,
  );
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
