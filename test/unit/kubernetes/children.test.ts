import { beforeAll, expect, it } from "vitest";
import { disruption } from "../../../components/kubernetes/disruption";
import { monitoring } from "../../../components/kubernetes/monitoring/monitoring";
import { networking } from "../../../components/kubernetes/networking";
import { routeOptions } from "../../../components/kubernetes/route/options";
import { route } from "../../../components/kubernetes/route/route";
import { autoscaling } from "../../../components/kubernetes/scaling/autoscaling";
import { workload } from "../../../components/kubernetes/workload";
import { input, made, type Seen, scaled, service, site, watched } from "./world";

const routed = {
  site,
  apiName: "sentiment",
  options: routeOptions.parse({
    parent: { name: "public" },
    hostnames: ["a.example"],
    grpc: { hostnames: ["grpc.example"] },
  }),
  timeoutSeconds: 25,
};
let children: Seen[] = [];
beforeAll(async () => {
  children = await made((owner) => {
    const deployment = workload(owner, input);
    networking(owner, site, service());
    route(owner, routed);
    disruption(owner, site);
    autoscaling(owner, scaled({ cpu: { min: 1, max: 3 } }), deployment.id);
    monitoring(owner, watched({ scrape: { podMonitor: {} }, alerts: {}, dashboard: {} }));
  });
});

it("makes each object under its owner, by a name that stays", () => {
  const under = (kind: string, name: string) =>
    `urn:pulumi:dev::triton-bert::triton-bert:index:TritonBertService$kubernetes:${kind}::${name}`;
  expect(children.map(({ urn }) => urn)).toEqual([
    under("monitoring.coreos.com/v1:PrometheusRule", "sentiment-alerts"),
    under("autoscaling/v2:HorizontalPodAutoscaler", "sentiment-autoscaler"),
    under("core/v1:ConfigMap", "sentiment-dashboard"),
    under("apps/v1:Deployment", "sentiment-deployment"),
    under("policy/v1:PodDisruptionBudget", "sentiment-disruption-budget"),
    under("gateway.networking.k8s.io/v1:GRPCRoute", "sentiment-grpc-route"),
    under("gateway.networking.k8s.io/v1:HTTPRoute", "sentiment-http-route"),
    under("core/v1:Service", "sentiment-metrics-service"),
    under("monitoring.coreos.com/v1:PodMonitor", "sentiment-monitor"),
    under("networking.k8s.io/v1:NetworkPolicy", "sentiment-network-policy"),
    under("core/v1:Service", "sentiment-service"),
    under("core/v1:ServiceAccount", "sentiment-service-account"),
  ]);
});

it("lets the owner's transforms reach every child", () => {
  expect(children.filter(({ inputs }) => inputs.transformed !== true)).toEqual([]);
});

it("says on each object whose it is, by labels, and by what makes another stack's apply a conflict", () => {
  for (const { name, inputs } of children)
    expect(inputs.metadata, name).toMatchObject({
      namespace: "ml-serving",
      labels: { "app.kubernetes.io/name": "triton-bert", "app.kubernetes.io/instance": "sentiment" },
      annotations: { "triton-bert/stack": "organization/triton-bert/dev" },
    });
});

it("gives each object an explicit name", () => {
  const names = children.map(({ inputs }) => (inputs.metadata as { name: string }).name);
  expect([...new Set(names)].sort()).toEqual(["sentiment", "sentiment-metrics"]);
});

it("makes one scaler, of the kind that is asked for, and none where none is", async () => {
  const scalers = async (options: Parameters<typeof scaled>[0]) => {
    const seen = await made((owner) => void autoscaling(owner, scaled(options), workload(owner, input).id));
    return seen.filter(({ name }) => /autoscaler|scaled-object/.test(name)).map(({ type, name }) => [type, name]);
  };
  expect(await scalers({ none: {} })).toEqual([]);
  expect(await scalers({ podsMetric: { max: 3 } })).toEqual([
    ["kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "sentiment-autoscaler"],
  ]);
  expect(await scalers({ keda: { max: 3, prometheus: "http://prometheus.monitoring:9090" } })).toEqual([
    ["kubernetes:keda.sh/v1alpha1:ScaledObject", "sentiment-scaled-object"],
  ]);
});
