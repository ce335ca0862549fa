/** `npm start`: from nothing to an answering BERT service. With --context and --registry it uses what the user has and
 *  touches nothing else of the machine; without them it brings up the embedded sandbox. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, isCold } from "./cache";
import { ensureClassifier } from "./classifier/classifier";
import { deploy, showcase } from "./deploy";
import { embeddedEnvironment } from "./embeddedEnvironment";
import type { Environment } from "./environment";
import { type OwnOptions, ownEnvironment } from "./ownEnvironment";
import { Progress } from "./progress";

const USAGE = `npm start                                            on an embedded sandbox (Debian 12, root)
npm start -- --context NAME --registry HOST/REPO     on your cluster and registry, with your Docker and pulumi
   [--namespace NAME]     it must exist; default: default
   [--base IMAGE]         base image of the builds; default: python:3.11-slim-bookworm
   [--torch-from-pip]     torch from pip's own index (gigabytes more), where the PyTorch project's can't be reached`;

type Flags = Partial<Omit<OwnOptions, "torchFromPip">> & { "torch-from-pip"?: boolean };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      context: { type: "string" },
      registry: { type: "string" },
      namespace: { type: "string", default: "default" },
      base: { type: "string" },
      "torch-from-pip": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
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
  console.log(`  ${"stop".padEnd(10)}  ${environment.stop}`);
  console.log(`\nDone in ${Math.round((Date.now() - started) / 1000)} s.`);
}

async function environmentFor(flags: Flags, log: Progress): Promise<Environment> {
  const { context, registry, namespace = "default", base } = flags;
  const empty = Object.entries(flags).find(([, value]) => value === "");
  if (empty) throw new Error(`--${empty[0]} is empty.\n\n${USAGE}`);
  if (context !== undefined && registry !== undefined) {
    return ownEnvironment({ context, registry, namespace, base, torchFromPip: flags["torch-from-pip"] ?? false });
  }
  if (context !== undefined || registry !== undefined) {
    throw new Error(`--context and --registry go together.\n\n${USAGE}`);
  }
  const estimate = isCold(cacheFolder())
    ? "about 25 minutes on 2 cores this first time, then tens of seconds"
    : "tens of seconds when all is warm";
  log.line(`Deploying Pulumi.dev.yaml on the embedded sandbox: ${estimate}.`);
  return embeddedEnvironment(log);
}

main().catch((problem: Error) => {
  console.error(`\n${problem.message}`);
  process.exitCode = 1;
});
