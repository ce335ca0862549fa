/** What is said of an autoscaler that is blind, by answers of the API server as the sandbox's gave them. */
import { describe, expect, it } from "vitest";
import type { Answer, Get } from "../../../components/kubernetes/apiClient";
import { finding } from "../../../components/kubernetes/scaling/finding";
import { verifyAutoscaler } from "../../../components/kubernetes/scaling/verify";
import { scaled, site } from "./world";

const keda = { keda: { max: 3, prometheus: "http://prometheus.monitoring:9090" } };
const active = { type: "ScalingActive", status: "True", reason: "ValidMetricFound", message: "" };
const ambiguous = { ...active, status: "False", reason: "AmbiguousSelector", message: "multiple HPAs" };
const ok = (body: unknown): Answer => ({ status: 200, body });
const nothing: Answer = { status: 404, body: { message: "the server could not find the requested resource" } };

const METRICS = {
  cpu: { containerResource: { name: "cpu", container: "triton" } },
  podsMetric: { pods: { metric: { name: "triton_bert_queue_time_us_sentiment" } } },
  keda: {
    external: {
      metric: { name: "s0-prometheus", selector: { matchLabels: { "scaledobject.keda.sh/name": "sentiment" } } },
    },
  },
};

function autoscaler(kind: keyof typeof METRICS, { name = "sentiment", more = {}, conditions = [active] } = {}) {
  return {
    metadata: { name, annotations: { "triton-bert/stack": site.stack }, ...more },
    spec: { scaleTargetRef: { name: "sentiment" }, metrics: [METRICS[kind]] },
    status: { conditions },
  };
}

const ofKeda = {
  name: "sentiment-keda",
  more: { annotations: {}, ownerReferences: [{ kind: "ScaledObject", name: "sentiment" }] },
};
const scaledObject = (status = "True", health = "Happy") =>
  ok({
    status: {
      conditions: [{ type: "Ready", status, message: "its reason" }],
      health: { "s0-prometheus": { status: health } },
    },
  });
const value = ok({ items: [{ value: "0" }] });

/** A cluster of which only this is known; all else is not found. Keys are the ends of paths. */
function cluster(answers: Record<string, Answer>): Get {
  return async (path) => {
    const [at = ""] = path.split("?");
    return Object.entries(answers).find(([end]) => at.endsWith(end))?.[1] ?? nothing;
  };
}
const hpas = (...items: object[]) => ({ "/horizontalpodautoscalers": ok({ items }) });

describe("an autoscaler that sees", () => {
  it.each([
    [
      "cpu",
      { cpu: { max: 3 } },
      { ...hpas(autoscaler("cpu")), "/pods": ok({ items: [{ containers: [{ name: "triton" }] }] }) },
    ],
    [
      "podsMetric",
      { podsMetric: { max: 3 } },
      { ...hpas(autoscaler("podsMetric")), "/pods/*/triton_bert_queue_time_us_sentiment": value },
    ],
    [
      "keda",
      keda,
      { ...hpas(autoscaler("keda", ofKeda)), "/scaledobjects/sentiment": scaledObject(), "/s0-prometheus": value },
    ],
    [
      "keda beside the one that it comes after",
      keda,
      {
        ...hpas(
          autoscaler("keda", { ...ofKeda, conditions: [ambiguous] }),
          autoscaler("cpu", { conditions: [ambiguous] }),
        ),
        "/scaledobjects/sentiment": scaledObject(),
        "/s0-prometheus": value,
      },
    ],
  ])("%s", async (_, options, answers) => {
    expect(await finding(cluster(answers), scaled(options))).toBeUndefined();
  });
});

describe("a blind one is told with its reason:", () => {
  it.each([
    ["KEDA is not there", keda, {}, /the ScaledObject sentiment: HTTP 404: the server could not find/],
    [
      "KEDA refuses",
      keda,
      { "/scaledobjects/sentiment": scaledObject("False") },
      /KEDA says of the ScaledObject: its reason/,
    ],
    ["its operator is away", keda, { "/scaledobjects/sentiment": ok({}) }, /is its operator running/],
    [
      "KEDA falls back",
      keda,
      {
        ...hpas(autoscaler("keda", ofKeda)),
        "/scaledobjects/sentiment": scaledObject("True", "Failing"),
        "/s0-prometheus": value,
      },
      /KEDA gets no value from Prometheus \(its metric s0-prometheus is failing\)/,
    ],
    ["no metrics-server", { cpu: { max: 3 } }, hpas(autoscaler("cpu")), /metrics\.k8s\.io: HTTP 404/],
    [
      "no pod is measured",
      { cpu: { max: 3 } },
      { ...hpas(autoscaler("cpu")), "/pods": ok({ items: [] }) },
      /no value for the service's pods/,
    ],
    [
      "another container is measured",
      { cpu: { max: 3 } },
      { ...hpas(autoscaler("cpu")), "/pods": ok({ items: [{ containers: [{ name: "proxy" }] }] }) },
      /measures no container triton/,
    ],
    [
      "no rule in the adapter",
      { podsMetric: { max: 3 } },
      hpas(autoscaler("podsMetric")),
      /custom\.metrics\.k8s\.io for triton_bert_queue_time_us_sentiment: HTTP 404/,
    ],
    [
      "the controller finds fault",
      { podsMetric: { max: 3 } },
      {
        ...hpas(
          autoscaler("podsMetric", { conditions: [{ ...active, status: "False", reason: "FailedGetPodsMetric" }] }),
        ),
        "/pods/*/triton_bert_queue_time_us_sentiment": value,
      },
      /FailedGetPodsMetric/,
    ],
    [
      "a stranger scales the same pods",
      { podsMetric: { max: 3 } },
      hpas(autoscaler("podsMetric"), autoscaler("cpu", { name: "theirs", more: { annotations: {} } })),
      /HorizontalPodAutoscaler theirs, not made by this stack/,
    ],
  ])("%s", async (_, options, answers, reason) => {
    expect((await finding(cluster(answers), scaled(options)))?.reason).toMatch(reason);
  });
});

it("tells the config path, the reason, and the way out; at once, where waiting does not help", async () => {
  const forbidden: Get = async () => ({ status: 403, body: { message: "may not list" } });
  await expect(verifyAutoscaler(scaled(keda), async () => forbidden)).rejects.toThrow(
    /^models\.sentiment\.autoscaling\.keda: everything is deployed, .*HTTP 403: may not list.*http:\/\/prometheus\.monitoring:9090.*models\.sentiment\.autoscaling\.keda\.verify: false/s,
  );
});
