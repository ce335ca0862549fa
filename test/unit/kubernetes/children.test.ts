import { beforeAll, expect, it } from "vitest";
import { disruption } from "../../../components/kubernetes/disruption";
import { networking } from "../../../components/kubernetes/networking";
import { autoscaling } from "../../../components/kubernetes/scaling/autoscaling";
import { workload } from "../../../components/kubernetes/workload";
import { input, made, type Seen, service, site } from "./world";

let children: Seen[] = [];
beforeAll(async () => {
  children = await made((owner) => {
    workload(owner, input);
    networking(owner, site, service());
    disruption(owner, site);
    autoscaling(owner, {
      site,
      options: { cpu: { min: 1, max: 3, targetUtilization: 70 } },
      apiName: "sentiment",
      device: "cpu",
    });
  });
});

it("makes each object under its owner, by a name that stays", () => {
  const under = (kind: string, name: string) =>
    `urn:pulumi:dev::triton-bert::triton-bert:index:TritonBertService$kubernetes:${kind}::${name}`;
  expect(children.map(({ urn }) => urn)).toEqual([
    under("autoscaling/v2:HorizontalPodAutoscaler", "sentiment-autoscaler"),
    under("apps/v1:Deployment", "sentiment-deployment"),
    under("policy/v1:PodDisruptionBudget", "sentiment-disruption-budget"),
    under("core/v1:Service", "sentiment-metrics-service"),
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

it("makes no autoscaler where none is asked for", async () => {
  expect(
    await made(
      (owner) => void autoscaling(owner, { site, options: { none: {} }, apiName: "sentiment", device: "cpu" }),
    ),
  ).toEqual([]);
});
