import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { disruptionBudgetArgs } from "../../../components/kubernetes/disruption";
import { autoscalerArgs } from "../../../components/kubernetes/scaling/autoscaler";
import { describeAutoscaling, scale } from "../../../components/kubernetes/scaling/autoscaling";
import { autoscalingOptions } from "../../../components/kubernetes/scaling/options";
import { scaledObjectArgs } from "../../../components/kubernetes/scaling/scaledObject";
import { podMatchers, targetQuantity } from "../../../components/kubernetes/scaling/signals";
import { scaled, site } from "./world";

type Options = Parameters<typeof autoscalingOptions.parse>[0];
const options = (value: Options) => autoscalingOptions.parse(value);
const prometheus = "http://prometheus.monitoring:9090";
const cpu = { cpu: { min: 2, max: 6 } };

describe("the number of pods", () => {
  it("is fixed, 1 if nothing is said, without an autoscaler", () => {
    expect(scale(options({ none: {} }))).toEqual({ replicas: 1, most: 1, autoscaled: false });
    expect(scale(options({ none: {} }), 5)).toEqual({ replicas: 5, most: 5, autoscaled: false });
  });

  it.each([cpu, { keda: { min: 2, max: 6, prometheus } }, { podsMetric: { min: 2, max: 6 } }])(
    "starts at the autoscaler's least: %o",
    (kind) => {
      expect(scale(options(kind))).toEqual({ replicas: 2, most: 6, autoscaled: true });
    },
  );
});

describe("the HorizontalPodAutoscaler", () => {
  it("is none by default, and none of ours beside KEDA's", () => {
    expect(autoscalerArgs(scaled({ none: {} }))).toBeUndefined();
    expect(autoscalerArgs(scaled({ keda: { max: 3, prometheus } }))).toBeUndefined();
  });

  it("looks at the CPU of the triton container alone", () => {
    expect(autoscalerArgs(scaled(cpu))?.spec).toMatchObject({
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

  it.each([
    [{}, "triton_bert_queue_time_us_sentiment", "50000"],
    [{ target: "1.5ms" }, "triton_bert_queue_time_us_sentiment", "1500"],
    [{ signal: "pendingRequests" as const }, "triton_bert_pending_requests_sentiment", "4"],
    [{ signal: "requestRate" as const, target: "12.5" }, "triton_bert_requests_per_second_sentiment", "12.5"],
    [{ metric: "own_queue" }, "own_queue", "50000"],
  ])("looks at a metric of its pods, on average: %o", (more, name, averageValue) => {
    const metrics = autoscalerArgs(scaled({ podsMetric: { max: 3, ...more } }))?.spec.metrics;
    expect(metrics).toEqual([
      { type: "Pods", pods: { metric: { name }, target: { type: "AverageValue", averageValue } } },
    ]);
  });

  it("goes up at once, at most doubling, and down by one pod a minute after five of quiet", () => {
    const behavior = autoscalerArgs(scaled(cpu))?.spec.behavior;
    expect(behavior?.scaleUp.stabilizationWindowSeconds).toBe(0);
    // 100 percent of the pods are added: that doubles.
    expect(behavior?.scaleUp.policies).toContainEqual({ type: "Percent", value: 100, periodSeconds: 60 });
    expect(behavior?.scaleDown).toEqual({
      stabilizationWindowSeconds: 300,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
    });
  });

  it("gives the pods of a GPU longer to come and to stay, and each window as it is said", () => {
    const gpu = autoscalerArgs(scaled(cpu, "gpu"))?.spec.behavior;
    expect(gpu?.scaleUp.policies.map(({ periodSeconds }) => periodSeconds)).toEqual([180, 180]);
    expect(gpu?.scaleDown.stabilizationWindowSeconds).toBe(600);
    const said = autoscalerArgs(scaled({ cpu: { max: 3, scaleDownSeconds: 0 } }, "gpu"))?.spec.behavior;
    expect(said?.scaleDown.stabilizationWindowSeconds).toBe(0);
  });

  it("has the cluster's tolerance unless one is said, in both directions", () => {
    const tolerances = (more: object) => {
      const behavior = autoscalerArgs(scaled({ cpu: { max: 3, ...more } }))?.spec.behavior;
      return [behavior?.scaleUp, behavior?.scaleDown].map((rules) => rules && "tolerance" in rules && rules.tolerance);
    };
    expect(tolerances({})).toEqual([false, false]);
    expect(tolerances({ tolerancePercent: 25 })).toEqual(["250m", "250m"]);
    expect(tolerances({ tolerancePercent: 0 })).toEqual(["0m", "0m"]);
  });

  it("does not keep KEDA's admission from letting a ScaledObject come", () => {
    expect(autoscalerArgs(scaled(cpu))?.metadata.annotations).toMatchObject({
      "validations.keda.sh/hpa-ownership": "false",
    });
  });
});

describe("the ScaledObject", () => {
  const spec = (more: object = {}, device: "cpu" | "gpu" = "cpu", apiName?: string) => {
    const args = scaledObjectArgs(scaled({ keda: { max: 4, prometheus, ...more } }, device, apiName));
    if (args === undefined) throw new Error("no ScaledObject");
    return args.spec;
  };

  it("is there for keda alone", () => {
    expect(scaledObjectArgs(scaled(cpu))).toBeUndefined();
  });

  it("takes no answer for an outage, and takes no pod away in one", () => {
    expect(spec().triggers[0]?.metadata.ignoreNullValues).toBe("false");
    expect(spec().fallback).toEqual({ failureThreshold: 3, replicas: 1, behavior: "currentReplicasIfHigher" });
    expect(spec({ fallbackReplicas: 3 }).fallback.replicas).toBe(3);
  });

  it("holds an average where the query's answer is one, and a share for each pod where it is a sum", () => {
    expect(spec().triggers[0]).toMatchObject({ metricType: "Value", metadata: { threshold: "50000" } });
    const pending = spec({ signal: "pendingRequests" }, "gpu").triggers[0];
    expect(pending).toMatchObject({ metricType: "AverageValue", metadata: { threshold: "8" } });
  });

  it("asks for its own pods and models alone", () => {
    const own = 'namespace="ml-serving",pod=~"sentiment-[a-z0-9]+-[a-z0-9]{5}"';
    const models = 'model=~"a\\\\.b|text_preprocessing|model_onnx|post_processing"';
    const waited = (by: string) => `sum (rate(${by}_queue_duration_us{${own},${models}}[60s]))`;
    expect(spec({}, "cpu", "a.b").triggers[0]?.metadata.query).toBe(
      `(${waited("nv_inference")} + ${waited("triton_bert")} or ${waited("nv_inference")}) / sum (clamp_min(` +
        `(sum by (pod) (rate(nv_inference_request_success{${own},model="a.b"}[60s])) + ` +
        `sum by (pod) (rate(nv_inference_request_failure{${own},model="a.b"}[60s]))), 1))`,
    );
  });

  it("logs in by a TriggerAuthentication where one is named", () => {
    const { triggers } = spec({ authenticationRef: { name: "prometheus", modes: "bearer" } });
    expect(triggers[0]).toMatchObject({ metadata: { authModes: "bearer" }, authenticationRef: { name: "prometheus" } });
    expect(spec().triggers[0]).not.toHaveProperty("authenticationRef");
    const [shared] = spec({ authenticationRef: { clusterName: "aws" }, awsRegion: "eu-central-1" }).triggers;
    expect(shared).toMatchObject({
      metadata: { awsRegion: "eu-central-1" },
      authenticationRef: { name: "aws", kind: "ClusterTriggerAuthentication" },
    });
    expect(shared?.metadata).not.toHaveProperty("authModes");
  });

  it("sends headers in the one form that KEDA reads, whatever their order", () => {
    const [trigger] = spec({ customHeaders: { "X-Scope-OrgID": "ml", "X-Client": "a b" } }).triggers;
    expect(trigger?.metadata.customHeaders).toBe("X-Client=a b,X-Scope-OrgID=ml");
    expect(spec().triggers[0]?.metadata).not.toHaveProperty("customHeaders");
  });
});

describe("what is told of an autoscaler", () => {
  it("is the rule of prometheus-adapter for a Pods metric: one for all services whose model has this name", () => {
    const { adapterRule = "" } = describeAutoscaling(scaled({ podsMetric: { max: 3, signal: "pendingRequests" } }));
    const models = 'model=~"sentiment|text_preprocessing|model_onnx|post_processing"';
    const waiting = (by: string) =>
      `sum by (<<.GroupBy>>) (avg_over_time(${by}_pending_request_count{<<.LabelMatchers>>,${models}}[60s]))`;
    expect(parse(adapterRule)).toEqual([
      {
        seriesQuery: 'nv_inference_pending_request_count{namespace!="",pod!="",model="sentiment"}',
        resources: { overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } } },
        name: { matches: "", as: "triton_bert_pending_requests_sentiment" },
        metricsQuery: `(${waiting("nv_inference")} + ${waiting("triton_bert")} or ${waiting("nv_inference")})`,
      },
    ]);
  });

  it("is KEDA's query, and nothing where Triton's metrics are not asked", () => {
    expect(describeAutoscaling(scaled({ keda: { max: 3, prometheus } })).query).toContain(
      "nv_inference_queue_duration_us",
    );
    expect(describeAutoscaling(scaled(cpu))).toEqual({});
  });
});

it("tells the pods of a service from those of one whose name begins alike", () => {
  const [, pattern = ""] = /pod=~"(.*)"/.exec(podMatchers("sentiment", "ml")) ?? [];
  const pods = ["sentiment-6d4cf56db6-x7k2p", "sentiment-ru-6d4cf56db6-x7k2p", "my-sentiment-6d4cf56db6-x7k2p"];
  expect(pods.filter((pod) => new RegExp(`^(?:${pattern})$`).test(pod))).toEqual(["sentiment-6d4cf56db6-x7k2p"]);
});

it.each([
  ["20ms", "20000"],
  ["500us", "500"],
  ["1.5s", "1500000"],
  ["0.1us", "1"],
])("a queue time of %s is %s µs", (target, quantity) => {
  expect(targetQuantity("queueTime", target, "cpu")).toBe(quantity);
});

it("lets a node's drain take one pod, even the only one, and each that is not ready", () => {
  expect(disruptionBudgetArgs(site).spec).toMatchObject({
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  });
  expect(disruptionBudgetArgs(site).spec).not.toHaveProperty("minAvailable");
});
