/** The command of the container: the watch, which starts tritonserver and ends it when its model is dead. In: what a pod is,
 *  and the lifecycle's seconds. Out: a command to which the container's `args`, those of tritonserver, are appended.
 *  The program: images/server/src/watch.py. */
import { wireContract } from "../shared/contract";
import { HEALTH } from "../shared/names";
import type { WatchTiming } from "./lifecycle";
import type { Pipeline } from "./pipeline";

export interface WatchInput {
  /** Where Triton itself speaks HTTP. */
  readonly httpPort: number;
  readonly device: "cpu" | "gpu";
  readonly onnxBackend: "python" | "onnxruntime";
  readonly pipeline: Pipeline;
  /** Of the model that runs the graph. */
  readonly instances: number;
  readonly times: WatchTiming;
}

/** Seconds of CPU time without an answer that are still taken for work. cpu: 64 texts of 512 tokens in one run of a BERT-large
 *  on one core take some four minutes. gpu: a run takes seconds, and a thread that waits for a GPU that hangs looks busy too. */
const LONGEST_RUN = { cpu: 300, gpu: 30 } as const;

export function watchCommand({ httpPort, device, onnxBackend, pipeline, instances, times }: WatchInput): string[] {
  const options = {
    "http-port": httpPort,
    "health-port": HEALTH.port,
    ...graphOptions({ pipeline, onnxBackend, instances }),
    period: times.periodSeconds,
    patience: times.patienceSeconds,
    "broken-seconds": times.brokenSeconds,
    "late-seconds": times.lateSeconds,
    "longest-run": LONGEST_RUN[device],
    "stop-seconds": times.stopSeconds,
  };
  const said = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return [
    "python3",
    "/opt/triton-bert/watch.py",
    ...said,
    ...queueFlags({ onnxBackend, pipeline }),
    "--",
    "tritonserver",
  ];
}

/** A model of the python backend takes requests out of Triton's queue into a pool of its own: its calls say nothing of runs, nor, if
 *  it is the public model, of answers. */
function queueFlags({ onnxBackend, pipeline }: Pick<WatchInput, "onnxBackend" | "pipeline">): string[] {
  const counted = onnxBackend === "onnxruntime" ? ["--count-runs"] : [];
  if (pipeline === "fused") return [...counted, "--pool"];
  return onnxBackend === "onnxruntime" ? [...counted, "--ensemble"] : counted;
}

type GraphInput = Pick<WatchInput, "pipeline" | "onnxBackend" | "instances">;

/** Who runs the graph: whose CPU time tells a long run from a hang. Nothing to say where it is the public model itself. */
function graphOptions({ pipeline, onnxBackend, instances }: GraphInput): Record<string, string | number> {
  if (pipeline === "fused" && onnxBackend === "python") return {};
  return { graph: wireContract().roles.inference, "graph-in": onnxBackend === "python" ? "stub" : "server", instances };
}
