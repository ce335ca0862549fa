/** Which pipeline answers. In: the validated options. Out: what they say, or else the quicker one where it can run. */
import type { ServerOptions, ServingOptions } from "./options";

export type Pipeline = "ensemble" | "fused";

/** `serving` with its pipeline decided. */
export type DecidedServing = ServingOptions & {
  readonly pipeline: Pipeline;
  /** The fused model runs the graph itself, on the CPU; otherwise the model behind it does. */
  readonly inProcess: boolean;
};

interface Options {
  readonly server: ServerOptions;
  readonly serving: ServingOptions;
}

/** With server.pypi the fused pipeline runs the graph in its own process, which uses all cores as it is: instances > 1
 *  therefore selects the ensemble. With the others it stands before model_onnx, which was tried on no GPU: there it must be asked for. */
export function choosePipeline({ server, serving }: Options): DecidedServing {
  const canFuse = server.pypi !== undefined && serving.instances === 1;
  const pipeline = serving.pipeline ?? (canFuse ? "fused" : "ensemble");
  return { ...serving, pipeline, inProcess: pipeline === "fused" && server.pypi !== undefined };
}
