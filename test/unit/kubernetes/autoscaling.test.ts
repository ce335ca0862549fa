import { describe, expect, it } from "vitest";
import { autoscalerArgs, scale } from "../../../components/kubernetes/autoscaling";
import { disruptionBudgetArgs } from "../../../components/kubernetes/disruption";
import { autoscalingOptions } from "../../../components/kubernetes/options";
import { site } from "./world";

const options = (value: Parameters<typeof autoscalingOptions.parse>[0]) => autoscalingOptions.parse(value);
const cpu = options({ cpu: { min: 2, max: 6 } });
const podsMetric = options({ podsMetric: { max: 3 } });

describe("the number of pods", () => {
  it("is fixed, 1 if nothing is said, without an autoscaler", () => {
    expect(scale(options({ none: {} }))).toEqual({ replicas: 1, most: 1, autoscaled: false });
    expect(scale(options({ none: {} }), 5)).toEqual({ replicas: 5, most: 5, autoscaled: false });
  });

  it("starts at the autoscaler's least", () => {
    expect(scale(cpu)).toEqual({ replicas: 2, most: 6, autoscaled: true });
  });
});

describe("the autoscaler", () => {
  it("is none by default", () => {
    expect(autoscalerArgs(site, options({ none: {} }))).toBeUndefined();
  });

  it("looks at the CPU of the triton container alone", () => {
    expect(autoscalerArgs(site, cpu)?.spec).toMatchObject({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "sentiment" },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        {
          type: "ContainerResource",
          containerResource: {
            name: "cpu",
            container: "triton",
            target: { type: "Utilization", averageUtilization: 70 },
          },
        },
      ],
    });
  });

  it("looks at a metric of its pods, on average", () => {
    expect(autoscalerArgs(site, podsMetric)?.spec.metrics).toEqual([
      {
        type: "Pods",
        pods: {
          metric: { name: "triton_bert_pending_requests" },
          target: { type: "AverageValue", averageValue: "4" },
        },
      },
    ]);
  });

  it("goes up at once, at most doubling, and down by one pod a minute after five of quiet", () => {
    const behavior = autoscalerArgs(site, cpu)?.spec.behavior;
    expect(behavior?.scaleUp.stabilizationWindowSeconds).toBe(0);
    // 100 percent of the pods are added: that doubles.
    expect(behavior?.scaleUp.policies).toContainEqual({ type: "Percent", value: 100, periodSeconds: 60 });
    expect(behavior?.scaleDown).toEqual({
      stabilizationWindowSeconds: 300,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
    });
  });
});

it("lets a node's drain take one pod, even the only one", () => {
  expect(disruptionBudgetArgs(site).spec).toMatchObject({ maxUnavailable: 1 });
  expect(disruptionBudgetArgs(site).spec).not.toHaveProperty("minAvailable");
});
