/** Which pipeline answers. In: the validated options. Out: what they say, or else the quicker one where it can run. */
import type { GpuOptions, ServerOptions, ServingOptions } from "./options";

export type Pipeline = "ensemble" | "fused";

/** `serving` with its pipeline decided. */
export type DecidedServing = ServingOptions & { readonly pipeline: Pipeline };

interface Options {
  readonly server: ServerOptions;
  readonly gpu?: GpuOptions | undefined;
  readonly serving: ServingOptions;
}

/** The fused pipeline runs the graph in its own process, with the onnxruntime package that only server.pypi has, on a CPU;
 *  who asks for several instances of the graph's model asks for the pipeline that has one. */
export function decided({ server, gpu, serving }: Options): DecidedServing {
  const canFuse = server.pypi !== undefined && gpu === undefined && serving.instances === 1;
  return { ...serving, pipeline: serving.pipeline ?? (canFuse ? "fused" : "ensemble") };
}
