/** How many pods a node's drain may take at once. In: names. Out: the PodDisruptionBudget. */
import * as k8s from "@pulumi/kubernetes";
import { child, type Owner } from "../shared/child";
import { selectorLabels } from "../shared/names";
import { type KubernetesSite, metadata } from "./metadata";

/** Makes the child. */
export function disruption(owner: Owner, site: KubernetesSite): void {
  child(k8s.policy.v1.PodDisruptionBudget, owner, "disruption-budget", disruptionBudgetArgs(site));
}

/** maxUnavailable, not minAvailable: the latter would block every drain of a node with a model's only pod on it. */
export function disruptionBudgetArgs(site: KubernetesSite) {
  return {
    metadata: metadata(site),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(site.names.object) } },
  } satisfies k8s.types.input.policy.v1.PodDisruptionBudget;
}
