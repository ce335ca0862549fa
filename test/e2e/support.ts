/** What the end-to-end tests share: the sandbox, stacks with a config of their own, and answers from the real service. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ModelOptions } from "../../components/options/modelOptions";
import { embeddedEnvironment } from "../../sandbox/embeddedEnvironment";
import type { Environment } from "../../sandbox/environment";
import { Progress } from "../../sandbox/progress";
import { CommandError } from "../../sandbox/shell";
import { Stack } from "../../sandbox/stack";

export const project = join(__dirname, "..", "..");
export const NAMESPACE = "triton-bert";

let opened: Promise<Environment> | undefined;

/** The sandbox, brought up if it is not. */
export function environment(): Promise<Environment> {
  opened ??= embeddedEnvironment(new Progress(process.stderr));
  return opened;
}

/** A small service of the sandbox's classifier: requests far below the limit, so that several fit on two cores. */
export function classifier(more: Partial<ModelOptions> = {}): ModelOptions {
  return {
    model: { local: { path: "sandbox/model" } },
    server: { pypi: {} },
    resources: { cpu: 1 },
    service: { type: "NodePort" },
    examples: [{ text: "I love it", predicts: "positive", minScore: 0.8 }],
    podOverrides: { spec: { containers: [{ name: "triton", resources: { requests: { cpu: "50m" } } }] } },
    ...more,
  };
}

/** The text of a stack file for the sandbox. `more` are further keys of the namespace `triton-bert`. */
export function stackFile(models: Record<string, ModelOptions>, more: Record<string, unknown> = {}): string {
  const keys = { namespace: NAMESPACE, ...more, models };
  const config = Object.fromEntries(Object.entries(keys).map(([key, value]) => [`triton-bert:${key}`, value]));
  const shared = {
    "triton-bert:cluster": { context: "triton-bert-sandbox" },
    "triton-bert:registry": { generic: { repository: "localhost:5001/e2e" } },
  };
  return stringify({ config: { ...shared, "triton-bert:build": sandboxBuild, ...config } });
}

/** The build options of the committed dev stack. */
export const sandboxBuild = { base: "triton-bert-sandbox/python:3.11-bookworm", torchCpuWheels: false };

/** Opens a stack whose state lies in a folder of its own, so that a test can hand it to another user. */
export async function openStack(name: string, config: string, from = project): Promise<Stack> {
  const { pulumi, env } = await environment();
  const folder = mkdtempSync(join(tmpdir(), `triton-bert-${name}-`));
  return Stack.open(name, { pulumi, env, project: from, folder }, config);
}

/** Runs `up`, which must fail, and returns all that it said. */
export async function failedUp(stack: Stack): Promise<string> {
  try {
    await stack.up();
  } catch (problem) {
    if (problem instanceof CommandError) return problem.output;
    throw problem;
  }
  throw new Error("`pulumi up` succeeded, and should have been refused");
}

/** The same, but for what only passes by while it runs, which on a terminal nobody sees: its "Diagnostics". */
export async function refusal(stack: Stack): Promise<string> {
  const said = await failedUp(stack);
  const [, diagnostics] = said.split("\nDiagnostics:\n");
  if (diagnostics === undefined) throw new Error(`there are no diagnostics: ${said}`);
  return diagnostics;
}

export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
}

/** The steps of a preview that would do something, as `<op> <logical name>`. */
export async function plannedSteps(stack: Stack): Promise<string[]> {
  const { steps } = JSON.parse(await stack.preview(["--json"])) as { steps: PreviewStep[] };
  return steps
    .filter(({ op }) => op !== "same" && op !== "read")
    .map(({ op, urn }) => `${op} ${urn.split("::").pop()}`);
}

/** The steps of a change that exports nothing again, in order: what is meant stands on the service itself. */
export const servedAnew = (model: string): string[] => [
  `update ${model}`,
  `update ${model}-deployment`,
  `update ${model}-server-image`,
];

/** Names of the images that a stack's state holds. */
export async function imagesOf(stack: Stack): Promise<string[]> {
  const { deployment } = JSON.parse(await stack.export()) as {
    deployment: { resources: { type: string; outputs?: { imageName?: string } }[] };
  };
  const images = deployment.resources.filter(({ type }) => type === "docker:index/image:Image");
  return images.flatMap(({ outputs }) => outputs?.imageName ?? []);
}

/** One Kubernetes object as JSON. */
export async function object<T>(kind: string, name: string): Promise<T> {
  const { kubectl } = await environment();
  return JSON.parse(await kubectl(["-n", NAMESPACE, "get", kind, name, "-o", "json"])) as T;
}

/** Sends texts the way the template's own clients do. */
export async function infer(service: string, texts: readonly string[], apiName = service): Promise<Answer> {
  const { reach } = await environment();
  return reach({ namespace: NAMESPACE, name: service }, async (url) => {
    const inputs = [{ name: "text_input", shape: [texts.length, 1], datatype: "BYTES", data: texts }];
    const response = await fetch(`${url}/v2/models/${apiName}/infer`, {
      method: "POST",
      body: JSON.stringify({ inputs }),
    });
    return { status: response.status, body: parsed(response.status, await response.text()) };
  });
}

function parsed(status: number, text: string): Answer["body"] {
  try {
    return JSON.parse(text) as Answer["body"];
  } catch {
    throw new Error(`HTTP ${status}, and no JSON: ${text}`);
  }
}

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly error?: string;
    readonly outputs?: readonly { name: string; datatype: string; shape: number[]; data: (string | number)[] }[];
  };
}

/** The labels in an answer; throws what the server said instead. */
export function labelsOf({ status, body }: Answer): string[] {
  const predicts = body.outputs?.find(({ name }) => name === "predicts");
  if (!predicts) throw new Error(`HTTP ${status}: ${body.error ?? "no output predicts"}`);
  return predicts.data.map(String);
}
