/** The HorizontalPodAutoscaler of the kinds `cpu` and `podsMetric`. In: the options. Out: its args, as plain data. */
import type * as k8s from "@pulumi/kubernetes";
import { CONTAINER } from "../../shared/names";
import { metadata } from "../metadata";
import { podsMetricName } from "./adapterRule";
import { behavior } from "./behavior";
import type { Scaled } from "./scaled";
import { targetQuantity } from "./signals";

/** KEDA's admission refuses a second scaler of a Deployment (keda, scaledobject_webhook.go, verifyHpas), and Pulumi makes
 *  the new one before it deletes the old one. The HPA that KEDA makes gets another name, so the old one must not be handed
 *  over: its deletion would hit the handed over one. While both are there, the HPA controller lets neither scale. */
const LET_KEDA_COME = { "validations.keda.sh/hpa-ownership": "false" };

export function autoscalerArgs({ site, options, apiName, device }: Scaled) {
  const { cpu, podsMetric } = options;
  const bounds = cpu ?? podsMetric;
  if (bounds === undefined) return undefined;
  return {
    metadata: metadata(site, { annotations: LET_KEDA_COME }),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: site.names.object },
      minReplicas: bounds.min,
      maxReplicas: bounds.max,
      metrics: [
        ...(cpu === undefined ? [] : [cpuMetric(cpu.targetUtilization)]),
        ...(podsMetric === undefined
          ? []
          : [
              ofPods(podsMetricName(podsMetric, apiName), targetQuantity(podsMetric.signal, podsMetric.target, device)),
            ]),
      ],
      behavior: behavior(device, bounds),
    },
  } satisfies k8s.types.input.autoscaling.v2.HorizontalPodAutoscaler;
}

/** Of the triton container alone: a sidecar's idle CPU would hide a busy Triton. */
function cpuMetric(averageUtilization: number) {
  return {
    type: "ContainerResource",
    containerResource: { name: "cpu", container: CONTAINER, target: { type: "Utilization", averageUtilization } },
  };
}

/** The average over the pods, whatever the signal: the metric is one pod's own. */
function ofPods(name: string, averageValue: string) {
  return { type: "Pods", pods: { metric: { name }, target: { type: "AverageValue", averageValue } } };
}
