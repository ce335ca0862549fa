/** `npm run stop`: takes the embedded sandbox down, in whatever state it is; what was built or downloaded stays in the cache. */
import { parseArgs } from "node:util";
import { cacheFolder } from "./cache";
import { Progress } from "./progress";
import { down } from "./sandbox";

async function main(): Promise<void> {
  parseArgs({ options: {} }); // it takes none: `npm run stop -- --help` must not stop anything
  const log = new Progress(process.stdout);
  await down({ cache: cacheFolder(), log });
  log.line("The sandbox is down. What was built stays in the cache: `npm start` is quick again.");
}

main().catch((problem: Error) => {
  console.error(problem.message);
  process.exitCode = 1;
});
