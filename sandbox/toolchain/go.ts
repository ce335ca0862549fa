/** Calls of the `go` command. In: its arguments and a folder. Out: its standard output, or an error that ends in what Go
 *  said. The user's own GOPROXY, GOTOOLCHAIN and module cache are respected; what would change the build is not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    throw new Error("Go is not installed (1.26.6 or newer is needed): the sandbox's tool chain is compiled with it");
  }
}

/** A module's version, with the sums that go.sum would hold. */
interface ModuleVersion {
  readonly path: string;
  readonly version: string;
  readonly sum: string;
  readonly goModSum: string;
}

/** Folder of a module's source in Go's module cache; Go checks the sums, and downloads what is not there. Asked in a module
 *  of its own: in ours, a replacement would be downloaded instead, that is, nothing. */
export async function moduleSource({ path, version, sum, goModSum }: ModuleVersion): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), "triton-bert-go-"));
  try {
    writeFileSync(join(cwd, "go.mod"), "module download\n");
    writeFileSync(join(cwd, "go.sum"), `${path} ${version} ${sum}\n${path} ${version}/go.mod ${goModSum}\n`);
    return JSON.parse(await go(["mod", "download", "-json", `${path}@${version}`], { cwd })).Dir;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
