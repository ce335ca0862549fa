/** The main job: `pulumi up --stack dev` with Pulumi.dev.yaml as committed, then a real sentence through the Service, and
 *  what a newcomer wants to see of it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Environment } from "./environment";
import type { Progress } from "./progress";
import { CommandError } from "./shell";
import { Stack } from "./stack";

/** What the stack exports for each model; see components/tritonBertService.ts. */
export interface ServiceOutputs {
  readonly url: string;
  readonly image: string;
  readonly imageDigest: string;
  readonly modelNames: readonly string[];
  readonly quality: { readonly maxLogitDifference?: number; readonly texts?: number; readonly unavailable?: string };
}

export interface Deployment {
  readonly stack: Stack;
  readonly outputs: Readonly<Record<string, ServiceOutputs>>;
  readonly namespace: string;
}

const SENTENCE = "What a lovely little machine, it just works!";

/** Runs `pulumi up` on the dev stack; what Pulumi does is shown line by line, and in full when it fails. */
export async function deploy(environment: Environment, project: string, log: Progress): Promise<Deployment> {
  const config = environment.config(await readFile(join(project, "Pulumi.dev.yaml"), "utf8"));
  const stack = await Stack.open("dev", { ...environment, project, folder: environment.stackFolder }, config);
  await log.step("pulumi up --stack dev", (update) => stack.up({ onLine: update })).catch(inFull);
  const namespace = (parse(config) as { config: Record<string, string> }).config["triton-bert:namespace"] ?? "default";
  return { stack, namespace, outputs: (await stack.outputs()) as Deployment["outputs"] };
}

/** What Pulumi said, all of it: the reason stands far above the end. */
function inFull(problem: unknown): never {
  if (problem instanceof CommandError) throw new Error(problem.output.trim());
  throw problem;
}

/** Asks each deployed model one sentence, from outside, and prints what a newcomer wants to know. */
export async function showcase(environment: Environment, { outputs, namespace }: Deployment): Promise<void> {
  for (const [name, service] of Object.entries(outputs)) {
    await environment.reach({ namespace, name }, async (url, hint) => {
      const apiName = service.modelNames[0] ?? name;
      const answer = await infer(url, apiName, SENTENCE);
      console.log(
        lines(`${name} is served.`, {
          model: "sandbox/model: MiniLM from PyPI with a sentiment head that was trained here, seeded",
          text: SENTENCE,
          predicts: `${answer.predicts}  (score ${answer.score.toFixed(3)})`,
          parity: parityOf(service.quality),
          image: `${service.image}, ${await sizeOf(environment, service.image)}`,
          digest: service.imageDigest,
          URL: hint ? `${url} while this runs: ${hint}` : url,
          "in cluster": service.url,
          try: `curl -s ${url}/v2/models/${apiName}/infer -H 'Content-Type: application/json' -d '${JSON.stringify(request(SENTENCE))}'`,
        }),
      );
    });
  }
}

/** The request of the template's own clients (KServe, "Open Inference Protocol", section "Inference"). */
function request(text: string) {
  return { inputs: [{ name: "text_input", shape: [1, 1], datatype: "BYTES", data: [text] }] };
}

async function infer(url: string, apiName: string, text: string): Promise<{ predicts: string; score: number }> {
  const response = await fetch(`${url}/v2/models/${apiName}/infer`, {
    method: "POST",
    body: JSON.stringify(request(text)),
    signal: AbortSignal.timeout(30_000),
  });
  const body = (await response.json()) as { error?: string; outputs?: { name: string; data: unknown[] }[] };
  if (!response.ok || !body.outputs) throw new Error(`${url} answered ${response.status}: ${body.error}`);
  const output = (name: string) => body.outputs?.find((each) => each.name === name)?.data[0];
  return { predicts: String(output("predicts")), score: Number(output("scores")) };
}

function parityOf({ maxLogitDifference, texts, unavailable }: ServiceOutputs["quality"]): string {
  if (maxLogitDifference === undefined) return `unknown: ${unavailable}`;
  return `largest logit difference to the original ${maxLogitDifference.toExponential(1)}, over ${texts} texts`;
}

async function sizeOf(environment: Environment, image: string): Promise<string> {
  const bytes = Number(await environment.docker(["image", "inspect", "--format", "{{.Size}}", image]));
  return `${Math.round(bytes / 1e6)} MB`;
}

function lines(title: string, rows: Record<string, string>): string {
  const width = Math.max(...Object.keys(rows).map((key) => key.length));
  const body = Object.entries(rows).map(([key, value]) => `  ${key.padEnd(width)}  ${value}`);
  return ["", title, ...body].join("\n");
}
