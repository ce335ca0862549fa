/** What the pod runs, for how long, and in how much memory. In: the server's plan, and what the folders to the right know of its
 *  surroundings. Out: the container's command and arguments, times and sizes, which are told once and only handed on. */
import type { Draft } from "../shared/draft";
import { tritonPorts } from "../shared/names";
import { HUGE_PAGES } from "./allocator";
import { hasGpuMetrics, NO_GPU } from "./device";
import { type Lifecycle, lifecycle } from "./lifecycle";
import { type MemoryPlan, memoryPlan } from "./memory";
import type { ServerPlan } from "./plan";
import type { ServerSpec } from "./spec";
import { tritonFlags } from "./tritonFlags";
import { watchCommand } from "./watch";

/** What stands around the server. */
export interface Surroundings {
  readonly behindGateway: boolean;
  readonly grpc: boolean;
  /** Seconds that a gRPC stream may live at least. */
  readonly streamSeconds: number;
  /** How many times, at most, a rollout waits for new pods. */
  readonly waves: number;
  /** Bytes of the model's weights; undefined: unknown. */
  readonly modelBytes?: number | undefined;
}

export interface ServerProcess {
  /** Starts the watch, and through it tritonserver. */
  readonly command: readonly string[];
  /** Arguments of tritonserver. */
  readonly args: readonly string[];
  /** Environment variables of plain values. */
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly lifecycle: Lifecycle;
  readonly memory: Omit<MemoryPlan, "problems" | "warnings">;
}

export function planProcess(spec: ServerSpec, server: ServerPlan, around: Surroundings): Draft<ServerProcess> {
  const times = lifecycle(spec.rollout, around.waves);
  const { problems, warnings, ...memory } = memoryPlan({ ...spec, ...server, modelBytes: around.modelBytes });
  const facts = { ...server.choice, device: server.device, gpuMetrics: hasGpuMetrics(spec.gpu) };
  const httpPort = tritonPorts(around.behindGateway).http;
  const plan = {
    command: watchCommand({ ...facts, ...server.serving, httpPort, times: times.watch }),
    args: tritonFlags({ ...facts, ...times, ...around, bodyBytes: server.limits.bodyBytes }),
    env: processEnv(server),
    lifecycle: times,
    memory,
  };
  return { plan, problems, warnings };
}

function processEnv({ device, choice }: Pick<ServerPlan, "device" | "choice">) {
  if (device === "gpu") return [];
  return choice.flavour === "pypi" ? [HUGE_PAGES] : [HUGE_PAGES, NO_GPU];
}
