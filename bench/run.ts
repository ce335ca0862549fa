/** `npm run bench`: both pipelines beside an in-process run, for each case, what the watch costs, ten minutes of load for
 *  memory's sake, then the plots of docs/performance.md; an hour in all. `npm run bench -- minilm-mixed memory` runs some of
 *  the cases. What is measured: bench/serving.py, bench/watch_cost.py, bench/memory.py. A sandbox that runs takes a twentieth of a
 *  core: `npm run stop` first. `npm run bench -- scaling` measures nothing, and makes the plots of docs/autoscaling.md of what
 *  the last `npm test -- e2e` has seen. */
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { HUGE_PAGES } from "../components/server/allocator";
import { cacheFolder } from "../sandbox/cache";
import { embeddedEnvironment } from "../sandbox/embeddedEnvironment";
import type { Environment } from "../sandbox/environment";
import { Progress } from "../sandbox/progress";
import { down } from "../sandbox/sandbox";
import { plotsVenv, servingVenv } from "../test/pythonVenvs";
import { type BenchModel, benchModel } from "./models";

interface Case {
  readonly model: BenchModel;
  readonly args: readonly string[];
  readonly script?: string;
  readonly command?: readonly string[];
}

// A run must hold some hundred answers, however long the texts and large the model: hence the seconds.
const cases: Readonly<Record<string, Case>> = {
  // The case that the goals are about.
  "minilm-mixed": { model: "minilm", args: ["--rounds", "5"] },
  "minilm-short": { model: "minilm", args: ["--texts", "short"] },
  "minilm-tail": { model: "minilm", args: ["--texts", "tail", "--seconds", "4"] },
  "minilm-one-core": { model: "minilm", args: ["--clients", "1", "16"], command: ["taskset", "-c", "0"] },
  "bert-base-mixed": { model: "bert-base", args: ["--clients", "1", "16", "--seconds", "6", "--rounds", "2"] },
  watch: { model: "minilm", script: "watch_cost.py", args: [] },
  memory: { model: "minilm", script: "memory.py", args: ["--minutes", "10"] },
};

const SCALING = "scaling";
const docs = join(__dirname, "..", "docs");

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const known = [...Object.keys(cases), SCALING];
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no case ${unknown.join(", ")}; there are ${known.join(", ")}`);
  if (asked.includes(SCALING)) cpSync(join(cacheFolder(), "scaling"), join(docs, "autoscaling"), { recursive: true });
  const log = new Progress(process.stdout);
  const python = await servingVenv(log);
  const plots = await plotsVenv(log);
  // The in-process run, too: what it holds the servers against is the best that there is.
  const allocator = { [HUGE_PAGES.name]: HUGE_PAGES.value };
  const env = { ...process.env, ...allocator, PATH: `${dirname(python)}:${process.env.PATH}` };
  const measured = Object.entries(cases).filter(([name]) => asked.length === 0 || asked.includes(name));
  for (const { name, folder, model, args, script = "serving.py", command = [] } of await withModels(measured, log)) {
    console.log(`\n=== ${name} ===`);
    const out = join(docs, "performance", `${name}.json`);
    const about = ["--model", folder, "--name", model, "--out", out];
    const bench = [python, join(__dirname, script), ...about, ...args];
    run([...command, ...bench], env);
  }
  run([plots, join(__dirname, "plots.py")], env);
}

interface Prepared extends Case {
  readonly name: string;
  /** Of its model. */
  readonly folder: string;
}

/** The sandbox that makes the models is gone before anything is measured. */
async function withModels(measured: readonly [string, Case][], log: Progress): Promise<readonly Prepared[]> {
  let environment: Promise<Environment> | undefined;
  const lazily = () => {
    environment ??= embeddedEnvironment(log);
    return environment;
  };
  const prepared: Prepared[] = [];
  for (const [name, each] of measured)
    prepared.push({ ...each, name, folder: await benchModel(each.model, lazily, log) });
  if (environment !== undefined) await down({ cache: cacheFolder(), log });
  return prepared;
}

function run([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status } = spawnSync(program, args, { env, stdio: "inherit" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${status}`);
}

main().catch((problem: Error) => {
  console.error(`\n${problem.message}`);
  process.exitCode = 1;
});
