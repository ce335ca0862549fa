/** How pods are replaced. In: GPUs and the number of pods. Out: the Deployment's strategy, how many waves a rollout takes
 *  at most (lifecycle.ts turns them into a deadline), and the warning where a rollout is downtime. */
import type { GpuOptions } from "../../server/options";
import { text } from "../../shared/paths";
import type { Warning } from "../../shared/problems";

/** Share of the pods that a rollout on CPU may start on top: few waves for many pods, one pod for up to four. */
const CPU_SURGE = 0.25;

export interface Strategy {
  readonly maxSurge: number | string;
  readonly maxUnavailable: number;
}

/** On CPU a new pod comes before an old one goes. GPUs are rarely spare: without a declared one, a new pod would stay
 *  pending for ever, so an old one goes first. */
export function strategy(gpu?: GpuOptions): Strategy {
  if (gpu === undefined) return { maxSurge: `${CPU_SURGE * 100}%`, maxUnavailable: 0 };
  const surge = sparePods(gpu);
  return { maxSurge: surge, maxUnavailable: surge === 0 ? 1 : 0 };
}

/** How many times a rollout of `pods` waits for new pods. */
export function waves(pods: number, gpu?: GpuOptions): number {
  const together = gpu === undefined ? Math.ceil(pods * CPU_SURGE) : Math.max(1, sparePods(gpu));
  return Math.ceil(pods / together);
}

/** Said in the preview where every change of the model is downtime. */
export function downtimeWarning(pods: number, gpu?: GpuOptions): Warning | undefined {
  if (gpu === undefined || pods > 1 || sparePods(gpu) > 0) return undefined;
  const said = text`each change takes the only pod down before the new one is ready; say ${["gpu", "spare"]}: ${gpu.count} if there are free GPUs, or run 2 replicas`;
  return { path: [], text: said };
}

/** Pods that the spare GPUs have room for. */
function sparePods({ spare, count }: GpuOptions): number {
  return Math.floor(spare / count);
}
