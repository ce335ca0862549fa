/** `npm run stop`: takes the embedded sandbox down, in whatever state it is; what was built or downloaded stays in the cache. */
import { cacheFolder } from "./cache";
import { Progress } from "./progress";
import { down } from "./sandbox";

const log = new Progress(process.stdout);
down({ cache: cacheFolder(), log })
  .then(() => log.line("The sandbox is down. What was built stays in the cache: `npm start` is quick again."))
  .catch((problem: Error) => {
    console.error(problem.message);
    process.exitCode = 1;
  });
