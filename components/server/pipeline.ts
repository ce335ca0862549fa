/** Which pipeline answers, who runs the graph, and how many texts at a time. In: the validated options. Out: what they say, or else the
 *  quicker pipeline where it can run, and a batch that memory has room for. */
import { text } from "../shared/paths";
import type { Warning } from "../shared/problems";
import { textsInRoomOf } from "./activations";
import { BATCH, type GpuOptions, LENGTH, type ServerOptions, type ServingOptions } from "./options";

export type Pipeline = "ensemble" | "fused";

/** `serving` with its pipeline and batches decided. */
export type DecidedServing = ServingOptions & {
  readonly pipeline: Pipeline;
  readonly maxBatchSize: number;
  /** The fused model runs the graph itself, on the CPU; otherwise the model behind it does. */
  readonly inProcess: boolean;
};

interface Options {
  readonly server: ServerOptions;
  readonly gpu?: GpuOptions | undefined;
  readonly serving: ServingOptions;
}

/** The first release whose python models may answer a request later than the call that brought it, unless they are decoupled: fused,
 *  and a python model_onnx, do. Source: triton-inference-server/python_backend, src/infer_request.cc of r24.05 and of r24.06. */
export const LATE_ANSWERS_SINCE = "24.06";

const answersLate = ({ ngc }: ServerOptions) => ngc?.release === undefined || ngc.release >= LATE_ANSWERS_SINCE;

/** Who runs the graph: onnxruntime's package in a python model, or Triton's C++ backend. On a CPU the former, whichever the server:
 *  only it takes a graph rewritten for a CPU, and int8. */
export function onnxBackendOf({ server, gpu }: Pick<Options, "server" | "gpu">): "python" | "onnxruntime" {
  if (server.pypi !== undefined) return "python";
  return gpu === undefined && answersLate(server) ? "python" : "onnxruntime";
}

/** Where onnxruntime's package runs the graph, the fused pipeline does so in its own process, which uses all cores as it is:
 *  instances > 1 therefore selects the ensemble. On a GPU it stands before model_onnx, which was tried on none: there it must be
 *  asked for. */
export function choosePipeline({ server, gpu, serving }: Options): DecidedServing {
  const runsItself = onnxBackendOf({ server, gpu }) === "python";
  const pipeline = serving.pipeline ?? (runsItself && serving.instances === 1 ? "fused" : "ensemble");
  const maxBatchSize = serving.maxBatchSize ?? batchSize(serving.maxLength, runsItself || pipeline === "fused");
  return { ...serving, pipeline, inProcess: pipeline === "fused" && runsItself, maxBatchSize };
}

/** Why the fused pipeline can't run there; undefined: it can. */
export function fusedObstacle({ server }: Pick<Options, "server">): string | undefined {
  if (answersLate(server)) return undefined;
  return `it takes ${LATE_ANSWERS_SINCE} or later, and server.ngc.release is ${server.ngc?.release}`;
}

/** `inPython`: who forms the batches. There they have no more tokens than a run should have, however many texts a request brings. */
function batchSize(maxLength = LENGTH, inPython: boolean): number {
  return inPython ? BATCH : textsInRoomOf(BATCH, maxLength);
}

/** Said in the preview where long texts make batches smaller than they would be. */
export function batchWarning(serving: ServingOptions, { maxBatchSize }: DecidedServing): Warning | undefined {
  if (serving.maxBatchSize !== undefined || maxBatchSize === BATCH) return undefined;
  const said = text`${maxBatchSize}, and not ${BATCH}, as texts of ${serving.maxLength ?? LENGTH} tokens take so much more memory; a request may have no more texts than that`;
  return { path: ["serving", "maxBatchSize"], text: said };
}
