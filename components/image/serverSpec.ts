/** spec.json of a server image's build: the options of serving, in the form that the renderer reads (images/server, triton_repository/
 *  spec.py). In: the options. Out: the spec, and the way back from a place in it to the option. */
import type { Limits } from "../server/limits";
import type { DecidedServing } from "../server/pipeline";
import type { ServerChoice } from "../server/supportMatrix";
import type { Path } from "../shared/paths";
import type { Labels } from "./labels";
import type { ExampleOptions } from "./options";
import type { TaskOptions } from "./tasks/tasks";

export interface ServerSpecOptions {
  readonly apiName: string;
  readonly serving: Omit<DecidedServing, "limits">;
  readonly task: TaskOptions;
  /** Instead of the model's own id2label. */
  readonly labels?: Labels | undefined;
  readonly examples: readonly ExampleOptions[];
  readonly limits: Limits;
  /** Undefined on CPU. */
  readonly gpuCount?: number | undefined;
}

export function serverSpec(options: ServerSpecOptions, onnxBackend: ServerChoice["onnxBackend"]) {
  const { serving, gpuCount, apiName, task, labels, examples, limits } = options;
  const { bodyBytes: _, ...modelLimits } = limits;
  return {
    apiName,
    maxBatchSize: serving.maxBatchSize,
    maxLength: serving.maxLength ?? null,
    instances: serving.instances,
    onnxBackend,
    device: gpuCount === undefined ? "cpu" : "gpu",
    gpuCount: gpuCount ?? 1,
    task,
    labels: labels ?? null,
    examples,
    limits: modelLimits,
    // said only where it is not the default, so that no image moves that does not use it
    ...(serving.pipeline === "fused" ? { pipeline: "fused", runCosts: serving.runCosts ?? null } : {}),
  };
}

/** Fields that stand under `serving` among the options. */
const OF_SERVING: readonly PropertyKey[] = ["maxBatchSize", "maxLength", "instances", "pipeline", "runCosts", "limits"];

/** Where the user says what stands at `path` in the spec. */
export function optionPath([field = "", ...rest]: Path): Path {
  // Inline or in a file: only the option itself is sure to be there.
  if (field === "labels") return [field];
  return OF_SERVING.includes(field) ? ["serving", field, ...rest] : [field, ...rest];
}
