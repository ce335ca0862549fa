/** Goes on with a newer Node where the machine's is older than package.json asks for: everything that an npm script starts,
 *  Pulumi's language host too, finds it first on PATH. In: an entry and its arguments. Out: the entry's exit code. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { nodeFolder, nodeReleases, withNode } from "./nodejs";
import { Progress } from "./progress";

async function main(): Promise<void> {
  const folder = await nodeFolder(nodeReleases[24], new Progress(process.stdout));
  const child = spawnSync(join(folder, "node"), ["--import", "tsx", ...process.argv.slice(2)], {
    env: withNode(folder),
    stdio: "inherit",
  });
  process.exitCode = child.status ?? 1;
}

main().catch((problem: Error) => {
  console.error(problem.message);
  process.exitCode = 1;
});
