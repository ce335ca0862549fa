/** Who may end a pod that is well: how many a node's drain may take at once, and whether Karpenter may. In: names, and the option
 *  `disruption`. Out: the PodDisruptionBudget, and annotations of the pod. */
import * as k8s from "@pulumi/kubernetes";
import { child, type Owner } from "../shared/child";
import { selectorLabels } from "../shared/names";
import { type KubernetesSite, metadata } from "./metadata";
import type { DisruptionOptions } from "./options";

/** Makes the child. */
export function disruption(owner: Owner, site: KubernetesSite): void {
  child(k8s.policy.v1.PodDisruptionBudget, owner, "disruption-budget", disruptionBudgetArgs(site));
}

/** maxUnavailable, not minAvailable: the latter would block every drain of a node with a model's only pod on it. And pods that are not
 *  ready may always be evicted: where a rollout that cannot end, or a broken GPU, has taken what may be unavailable, the node could not be
 *  drained of just them (Kubernetes, "Specifying a Disruption Budget", "Unhealthy Pod Eviction Policy"). */
export function disruptionBudgetArgs(site: KubernetesSite) {
  return {
    metadata: metadata(site),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: selectorLabels(site.names.object) },
    },
  } satisfies k8s.types.input.policy.v1.PodDisruptionBudget;
}

/** Source: Karpenter, "Disruption", "Pod-Level Controls". */
export function disruptionAnnotations({ doNotDisrupt }: DisruptionOptions): Record<string, string> {
  return doNotDisrupt ? { "karpenter.sh/do-not-disrupt": "true" } : {};
}
