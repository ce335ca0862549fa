/** The server of a model as far as its own options tell: which Triton, which pipeline, what one client may ask. In: the server's
 *  options. Out: what the images are built for and the pod is sized by. What the pod runs: process.ts, which needs to know what
 *  stands around the server. */
import type { Draft } from "../shared/draft";
import { type Limits, limitsOf } from "./limits";
import type { ServerOptions } from "./options";
import { choosePipeline, type DecidedServing } from "./pipeline";
import type { ServerSpec } from "./spec";
import { chooseServer, type ServerChoice } from "./supportMatrix";

export interface ServerPlan {
  readonly choice: ServerChoice;
  readonly device: "cpu" | "gpu";
  readonly serving: DecidedServing;
  readonly limits: Limits;
}

export function planServer(spec: ServerSpec): Draft<ServerPlan> {
  const { choice = withoutRelease(spec.server), problems, warnings } = chooseServer(spec);
  const device = spec.gpu === undefined ? "cpu" : "gpu";
  const plan = { choice, device, serving: choosePipeline(spec), limits: limitsOf(spec.serving, spec.rollout) } as const;
  return { plan, problems, warnings };
}

/** What is known of a server even where its release was refused. */
function withoutRelease({ pypi, image }: ServerOptions): ServerChoice {
  if (pypi !== undefined) return { flavour: "pypi", onnxBackend: "python", described: "" };
  return { flavour: image === undefined ? "ngc" : "image", onnxBackend: "onnxruntime", described: "" };
}
