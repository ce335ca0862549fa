/** `npm run soak`: 20,000 odd requests of every kind to each pipeline, beside good ones that must be answered as they are
 *  alone, ten minutes in all; then the e2e tests in which no request may be lost, with all the requests that the docs name,
 *  another fifteen. With arguments only the first: `npm run soak -- --requests 2000` sends fewer, `-- --only "grpc: long"`
 *  some; all arguments: test/soak/servers.py. In: those arguments; without any, docs/soak.md is written anew. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { Progress } from "../../sandbox/progress";
import { FULL_COUNTS } from "../e2e/counts";
import { e2e } from "../layers";
import { servingVenv } from "../pythonVenvs";

const COUNTED = ["drain", "underLoad"];
const page = join(__dirname, "..", "..", "docs", "soak.md");

async function main(): Promise<number> {
  const asked = process.argv.slice(2);
  const log = new Progress(process.stdout);
  const python = await servingVenv(log);
  // Triton's Python stub takes the packages of the environment that is first on PATH.
  const env = { ...process.env, PATH: `${dirname(python)}:${process.env.PATH}` };
  const args = asked.length > 0 ? asked : ["--docs", page];
  const code = spawnSync(python, [join(__dirname, "servers.py"), ...args], { env, stdio: "inherit" }).status ?? 1;
  if (code !== 0 || asked.length > 0) return code;
  const { passed, failures } = await e2e(log, COUNTED, { ...process.env, [FULL_COUNTS]: "yes" });
  return passed > 0 && failures.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (problem: Error) => {
    console.error(problem.message);
    process.exitCode = 1;
  },
);
