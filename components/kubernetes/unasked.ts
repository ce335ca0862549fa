/** What `up` can't tell without a cluster to ask. In: what it would ask for. Out: the warning. */
import type { Warning } from "../shared/problems";
import { isChecked } from "./scaling/verify";
import type { ObjectsSpec } from "./spec";

/** One for all, since one line of config mends it. */
export function unaskedWarning({ rollout, autoscaling, cluster }: ObjectsSpec): Warning | undefined {
  if (cluster !== undefined) return undefined;
  const asks = [
    ...(rollout.verify ? ["what keeps pods from starting"] : []),
    ...(isChecked(autoscaling) ? ["whether the autoscaler has a metric value"] : []),
  ];
  if (asks.length === 0) return undefined;
  const text = `up can't tell ${asks.join(", nor ")}, since no cluster is said; say it, or verify: false`;
  return { path: [], text };
}
