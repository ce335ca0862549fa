/** Who decides the number of pods. In: the options `autoscaling` and `replicas`. Out: what the Deployment starts with, and
 *  the HorizontalPodAutoscaler where one is asked for. Explicit, never whatever the cluster has: same config, same preview. */
import * as k8s from "@pulumi/kubernetes";
import { child, type Owner } from "../child";
import { CONTAINER } from "../names";
import { type KubernetesSite, metadata } from "./metadata";
import type { AutoscalingOptions } from "./options";

/** The pods of a model. */
export interface Scale {
  /** Number that a Deployment is made with. */
  readonly replicas: number;
  /** Most pods there can be. */
  readonly most: number;
  readonly autoscaled: boolean;
}

/** `replicas` without an autoscaler, its bounds with one. */
export function scale({ cpu, podsMetric }: AutoscalingOptions, replicas = 1): Scale {
  const bounds = cpu ?? podsMetric;
  if (bounds === undefined) return { replicas, most: replicas, autoscaled: false };
  return { replicas: bounds.min, most: bounds.max, autoscaled: true };
}

/** Makes the HorizontalPodAutoscaler, if one is asked for. */
export function autoscaling(owner: Owner, site: KubernetesSite, options: AutoscalingOptions): void {
  const args = autoscalerArgs(site, options);
  if (args !== undefined) child(k8s.autoscaling.v2.HorizontalPodAutoscaler, owner, "autoscaler", args);
}

export function autoscalerArgs(site: KubernetesSite, { cpu, podsMetric }: AutoscalingOptions) {
  const bounds = cpu ?? podsMetric;
  if (bounds === undefined) return undefined;
  return {
    metadata: metadata(site),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: site.names.object },
      minReplicas: bounds.min,
      maxReplicas: bounds.max,
      metrics: [
        ...(cpu === undefined ? [] : [cpuMetric(cpu.targetUtilization)]),
        ...(podsMetric === undefined ? [] : [queueMetric(podsMetric.metric, podsMetric.target)]),
      ],
      behavior: BEHAVIOR,
    },
  } satisfies k8s.types.input.autoscaling.v2.HorizontalPodAutoscaler;
}

/** Up at once, since a queue that grows is felt at once: at most double, or two more, in a minute, which is about what new
 *  pods need until they help; counting them before that would overshoot. Down slowly, by one pod a minute and only after
 *  five minutes of quiet, since a start costs more than an idle pod, and a pod that goes drains its requests. */
const BEHAVIOR = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Percent", value: 100, periodSeconds: 60 },
      { type: "Pods", value: 2, periodSeconds: 60 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: "Max",
    policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
  },
};

/** Of the triton container alone: a sidecar's idle CPU would hide a busy Triton. */
function cpuMetric(averageUtilization: number) {
  return {
    type: "ContainerResource",
    containerResource: { name: "cpu", container: CONTAINER, target: { type: "Utilization", averageUtilization } },
  };
}

function queueMetric(name: string, averageValue: string) {
  return { type: "Pods", pods: { metric: { name }, target: { type: "AverageValue", averageValue } } };
}
