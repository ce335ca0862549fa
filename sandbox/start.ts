/** `npm start`: from nothing to an answering BERT service. With --context and --registry it uses what the user has and
 *  touches nothing else of the machine; without them it brings up the embedded sandbox. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "./cache";
import { ensureClassifier } from "./classifier/classifier";
import { deploy, showcase } from "./deploy";
import { embeddedEnvironment } from "./embeddedEnvironment";
import type { Environment } from "./environment";
import { ownEnvironment } from "./ownEnvironment";
import { Progress } from "./progress";

const USAGE = `npm start                                            on an embedded sandbox (Debian 12, root)
npm start -- --context NAME --registry HOST/REPO     on your cluster and registry, with your Docker and pulumi
   [--namespace NAME]  it must exist; default: default
   [--base IMAGE]      base image of the builds; default: python:3.11-slim-bookworm`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      context: { type: "string" },
      registry: { type: "string" },
      namespace: { type: "string", default: "default" },
      base: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const started = Date.now();
  const log = new Progress(process.stdout);
  const environment = await environmentFor(values, log);
  const project = join(__dirname, "..");
  await ensureClassifier(environment, project, log);
  const deployment = await deploy(environment, project, log);
  await showcase(environment, deployment);
  console.log(`  ${"stop".padEnd(10)}  ${howToStop(values.context, deployment.stack.configFile)}`);
  console.log(`\nDone in ${Math.round((Date.now() - started) / 1000)} s.`);
}

async function environmentFor(
  { context, registry, namespace, base }: { context?: string; registry?: string; namespace: string; base?: string },
  log: Progress,
): Promise<Environment> {
  if (context && registry) return ownEnvironment({ context, registry, namespace, base });
  if (context || registry) throw new Error(`--context and --registry go together.\n\n${USAGE}`);
  const first = !existsSync(join(cacheFolder(), "toolchain", "bin"));
  const estimate = first
    ? "about 25 minutes on 2 cores this first time, then tens of seconds"
    : "tens of seconds when all is warm";
  log.line(`Deploying Pulumi.dev.yaml on the embedded sandbox: ${estimate}.`);
  return embeddedEnvironment(log);
}

function howToStop(context: string | undefined, configFile: string): string {
  return context ? `pulumi destroy --stack dev --config-file ${configFile}` : "npm run stop";
}

main().catch((problem: Error) => {
  console.error(`\n${problem.message}`);
  process.exitCode = 1;
});
