/** This project as strangers get it: its sources as a clone has them, and the package that npm makes of those. In: folders
 *  outside the checkout. Out: what lies there then. */
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../sandbox/shell";

const CHECKOUT = join(__dirname, "..");

/** Unpacks what git has of the checkout, or would have if all were committed, as a machine gets it whose git turns line ends
 *  into CRLF where it may. */
export async function unpackSources(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "triton-bert-index-"));
  try {
    // An index of its own: that of the checkout stays as it is.
    const env = { ...process.env, GIT_INDEX_FILE: join(scratch, "index") };
    const git = (...args: string[]) => run("git", args, { cwd: CHECKOUT, env });
    await git("add", "--all");
    const tree = (await git("write-tree")).trim();
    const archive = join(scratch, "sources.tar");
    await git("-c", "core.autocrlf=true", "archive", `--output=${archive}`, tree);
    await run("tar", ["-x", "-f", archive, "-C", folder]);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** `npm pack` in unpacked sources, with the checkout's tools. Returns the tarball's path. */
export async function pack(sources: string, into: string): Promise<string> {
  await symlink(join(CHECKOUT, "node_modules"), join(sources, "node_modules"));
  const args = ["pack", "--json", "--loglevel=error", "--pack-destination", into];
  // What a user's umask forbids must not reach the package.
  const said = await run("sh", ["-c", 'umask 077 && exec npm "$@"', "npm", ...args], {
    cwd: sources,
    env: process.env,
  });
  await rm(join(sources, "node_modules"));
  const name = /"filename": "([^"]+)"/.exec(said)?.[1];
  if (name === undefined) throw new Error(`npm pack names no file: ${said}`);
  return join(into, name);
}
