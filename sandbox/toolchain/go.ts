/** Calls of the `go` command. In: its arguments and a folder. Out: its standard output, or an error that ends in what Go
 *  said. The user's own GOPROXY, GOTOOLCHAIN and module cache are respected; what would change the build is not. */
import { spawn } from "node:child_process";

const KEPT_LINES = 20;

export interface GoOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Hears every line of standard error, which is where Go says what it does. */
  onLine?: (line: string) => void;
}

export function go(args: readonly string[], options: GoOptions): Promise<string> {
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "", GO111MODULE: "on", ...options.env };
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const endWithUs = () => child.kill();
    process.once("exit", endWithUs);
    const last: string[] = [];
    let stdout = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        last.push(line);
        if (last.length > KEPT_LINES) last.shift();
        options.onLine?.(line);
      }
    });
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const because = cause.code === "ENOENT" ? "Go is not installed (1.25.8 or newer is needed)" : cause.message;
      reject(new Error(`go ${args[0]}: ${because}`));
    });
    child.on("close", (code, signal) => {
      process.off("exit", endWithUs);
      if (code === 0) resolve(stdout);
      else
        reject(
          new Error(
            `go ${args[0]} ended with ${signal ?? code}:\n${[...last, rest].join("\n").trimEnd()}\n${stdout.slice(-2000)}`,
          ),
        );
    });
  });
}
