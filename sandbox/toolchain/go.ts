/** Calls of the `go` command. In: its arguments and a folder. Out: its standard output, or an error that ends in what Go
 *  said. The user's own GOPROXY, GOTOOLCHAIN and module cache are respected; what would change the build is not. */
import { run } from "../shell";

export interface GoOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Hears every line that Go says. */
  onLine?: (line: string) => void;
}

export async function go(args: readonly string[], { cwd, env, onLine }: GoOptions): Promise<string> {
  const ours = { ...process.env, GOWORK: "off", GOFLAGS: "", GO111MODULE: "on", ...env };
  try {
    return await run("go", args, { cwd, env: ours, onLine });
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== "ENOENT") throw problem;
    throw new Error("Go is not installed (1.25.8 or newer is needed): the sandbox's tool chain is compiled with it");
  }
}
