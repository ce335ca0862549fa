/** Options of the objects that contradict each other. In: what could be read of them; what could not, or is not said, blames
 *  nothing. Out: problems. Pure; what takes the server's plan to tell is told by ours. */
import type { Problem } from "../shared/problems";
import { scalerOf } from "./scaling/options";
import { SIGNALS, type SignalName } from "./scaling/signals";
import type { ObjectsSpec } from "./spec";

type Said = Partial<ObjectsSpec>;

export function objectProblems(said: Said): Problem[] {
  return [...scalingProblems(said), ...tolerationProblems(said)];
}

/** What the kinds of autoscalers have between them. */
interface Scaler {
  readonly min: number;
  readonly max: number;
  readonly fallbackReplicas?: number | undefined;
  readonly signal?: SignalName | undefined;
  readonly target?: string | undefined;
}

function scalingProblems({ autoscaling, replicas }: Said): Problem[] {
  const asked = autoscaling && scalerOf(autoscaling);
  if (!asked) return [];
  const { kind, scaler } = asked;
  return [...boundsProblems(kind, scaler, replicas), ...targetProblems(kind, scaler)];
}

function boundsProblems(kind: string, { min, max, fallbackReplicas }: Scaler, replicas: number | undefined): Problem[] {
  const problems: Problem[] = [];
  if (max < min) {
    const because = `less than min, ${min}`;
    const remedy = `set autoscaling.${kind}.max to ${min} or more`;
    problems.push({ path: ["autoscaling", kind, "max"], got: max, because, remedy });
  }
  if (fallbackReplicas !== undefined && fallbackReplicas > Math.max(min, max)) {
    const because = `more than max, ${max}`;
    const remedy = `set it to ${max} or less, or raise max`;
    problems.push({ path: ["autoscaling", kind, "fallbackReplicas"], got: fallbackReplicas, because, remedy });
  }
  if (replicas !== undefined) {
    const because = `autoscaling.${kind} decides the number of pods`;
    const remedy = `remove replicas and set autoscaling.${kind}.min, or remove autoscaling`;
    problems.push({ path: ["replicas"], got: replicas, because, remedy });
  }
  return problems;
}

/** A target has the unit of its signal. */
function targetProblems(kind: string, { signal, target }: Scaler): Problem[] {
  if (signal === undefined || target === undefined || SIGNALS[signal].target.pattern.test(target)) return [];
  const { remedy } = SIGNALS[signal].target;
  const because = `no target for the signal ${signal}`;
  return [{ path: ["autoscaling", kind, "target"], got: target, because, remedy }];
}

/** Kubernetes, "Taints and Tolerations": what the API server would refuse half way through a deploy. */
function tolerationProblems({ placement }: Said): Problem[] {
  return (placement?.tolerations ?? []).flatMap(({ operator, key, value }, index) => {
    const where = ["placement", "tolerations", index];
    if (operator === "Exists" && value !== undefined)
      return [
        { path: where, because: "operator Exists takes no value", remedy: "remove value, or set operator to Equal" },
      ];
    if (operator === "Equal" && key === undefined)
      return [
        {
          path: where,
          because: "operator Equal needs a key",
          remedy: "set key, or set operator to Exists for all taints",
        },
      ];
    return [];
  });
}
