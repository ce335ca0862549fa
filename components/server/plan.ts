/** The server of a model as far as its own options tell: which Triton, which pipeline, what one client may ask. In: the server's
 *  options. Out: what the images are built for and the pod is sized by. What the pod runs: process.ts, which needs to know what
 *  stands around the server. */
import type { Draft } from "../shared/draft";
import type { Problem } from "../shared/problems";
import { productsWarning } from "./device";
import { type Limits, limitsOf } from "./limits";
import { batchWarning, choosePipeline, type DecidedServing, onnxBackendOf } from "./pipeline";
import type { ServerSpec } from "./spec";
import { chooseServer, type ServerChoice } from "./supportMatrix";

export interface ServerPlan {
  readonly choice: ServerChoice;
  readonly device: "cpu" | "gpu";
  readonly serving: DecidedServing;
  readonly limits: Limits;
}

export function planServer(spec: ServerSpec): Draft<ServerPlan> {
  const { choice = withoutRelease(spec), problems, warnings } = chooseServer(spec);
  const device = spec.gpu === undefined ? "cpu" : "gpu";
  const serving = choosePipeline(spec);
  const plan = { choice, device, serving, limits: limitsOf(spec.serving, spec.rollout) } as const;
  const nodes = spec.gpu && productsWarning(spec.gpu);
  const told = [...warnings, batchWarning(spec.serving, serving), nodes].filter((warning) => warning !== undefined);
  return { plan, problems: [...problems, ...precisionProblems(spec)], warnings: told };
}

/** Here, since among options that could not be read a `gpu` would be missed. */
function precisionProblems({ precision, gpu }: ServerSpec): Problem[] {
  if (precision !== "fp16" || gpu !== undefined) return [];
  const because = "onnxruntime computes fp16 on a GPU alone; on a CPU it makes fp32 of every number first";
  return [{ path: ["precision"], got: precision, because, remedy: "set it to fp32, or say which gpu the nodes have" }];
}

/** What is known of a server even where its release was refused. */
function withoutRelease(spec: ServerSpec): ServerChoice {
  const { pypi, image } = spec.server;
  const flavour = pypi !== undefined ? "pypi" : image !== undefined ? "image" : "ngc";
  return { flavour, onnxBackend: onnxBackendOf(spec), described: "" };
}
