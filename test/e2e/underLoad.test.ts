/** The whole loop: load from a second process, real Triton pods, real Prometheus, KEDA or an adapter, the HPA controller, the
 *  scheduler and the kubelet, and back. Two services side by side, one for each pipeline, each with another kind of autoscaler;
 *  and a third of the same name in another namespace. What happens is kept for docs/autoscaling.md. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapterRuleText } from "../../components/kubernetes/scaling/adapterRule";
import { autoscalingOptions } from "../../components/kubernetes/scaling/options";
import { podMatchers, SIGNALS } from "../../components/kubernetes/scaling/signals";
import type { Stack } from "../../sandbox/stack";
import { requests } from "./counts";
import type { Load } from "./load/load";
import { addAdapterRule, deployment, loadOn, metrics, promQuery, type Scaled, until } from "./scaling";
import { classifier, environment, NAMESPACE, openStack, stackFile } from "./support";
import { Timeline } from "./timeline";

const ELSEWHERE = `${NAMESPACE}-elsewhere`;
const REQUESTS = requests({ soak: 10_000, test: 3_000 });
/** So many that three pods still have a queue: 48 were just what three pods hold, and one went. */
const CLIENTS = 96;
/** Quick, or the test would take an hour. */
const bounds = { min: 1, max: 3, windowSeconds: 30, scaleDownSeconds: 30, verifySeconds: 60 };
const podsMetric = { ...bounds, signal: "pendingRequests" as const, target: "2" };

type Name = "fused" | "ensemble";
let pipeline: Awaited<ReturnType<typeof metrics>>;
let stack: Stack;
let elsewhere: Stack;
let loads: Record<Name, Load>;
let timelines: Record<Name, Timeline>;

const fused = (steering: object) =>
  classifier({ autoscaling: { keda: { ...bounds, prometheus: pipeline.prometheus, ...steering } } });
const both = () =>
  stackFile({
    fused: fused({ target: "10ms" }),
    ensemble: classifier({ serving: { pipeline: "ensemble" }, autoscaling: { podsMetric } }),
  });

beforeAll(async () => {
  const { kubectl } = await environment();
  pipeline = await metrics();
  await addAdapterRule(
    adapterRuleText(autoscalingOptions.parse({ podsMetric }).podsMetric ?? expect.fail(), "ensemble"),
  );
  await kubectl(["create", "namespace", ELSEWHERE]);
  // Nobody asks it. It must not steer by waiting: the load takes the CPU of its pod, too, and what the pod asks itself then waits.
  const idle = fused({ signal: "requestRate", target: "2" });
  elsewhere = await openStack("e2e-elsewhere", stackFile({ fused: idle }, { namespace: ELSEWHERE }));
  stack = await openStack("e2e-load", both());
  // One after the other: both build the same images, on one engine, under the same names.
  await stack.up();
  await elsewhere.up();
  loads = { fused: await loadOn("fused"), ensemble: await loadOn("ensemble") };
  timelines = {
    fused: new Timeline("fused", loads.fused),
    ensemble: new Timeline("ensemble", loads.ensemble),
  };
});
afterAll(async () => {
  const { kubectl } = await environment();
  await timelines?.fused.finish("fused-keda", { pipeline: "fused", autoscaling: "keda, queueTime 10ms", ...bounds });
  await timelines?.ensemble.finish("ensemble-podsMetric", {
    pipeline: "ensemble",
    autoscaling: "podsMetric, pendingRequests 2",
    ...bounds,
  });
  await Promise.all([loads?.fused.finish(), loads?.ensemble.finish()]);
  await Promise.all([stack.destroy(), elsewhere.destroy()]);
  await kubectl(["delete", "namespace", ELSEWHERE]);
});

const pods = (name: Name, namespace = NAMESPACE) => deployment(name, namespace);
const has = (count: number) => (seen: Scaled) => seen.spec.replicas === count && seen.status.readyReplicas === count;

/** Load until three pods are ready and thousands of requests answered. */
async function stepUp(name: Name) {
  loads[name].clients(CLIENTS);
  await until(`three ready pods of ${name}`, 240, () => pods(name), has(3));
  const answered = () => Promise.resolve(loads[name].totals.answered);
  await until(`${REQUESTS} answers of ${name}`, 240, answered, (count) => count >= REQUESTS);
}

/** One client, five requests a second: what goes wrong while pods go is seen. */
const trickle = (name: Name) => loads[name].clients(1, 0.2);
const backToOne = (name: Name) => until(`one pod of ${name}`, 300, () => pods(name), has(1));

function lostNothing() {
  for (const name of ["fused", "ensemble"] as const) {
    const { failed, problems } = loads[name].totals;
    expect({ name, failed, problems }).toEqual({ name, failed: 0, problems: {} });
  }
}

describe("a step of load", () => {
  it("on an ensemble takes it from one pod to three by its Pods metric; its neighbour's requests are not more", async () => {
    trickle("fused");
    await stepUp("ensemble");
    const window = `${bounds.windowSeconds}s`;
    const rate = (name: Name) =>
      promQuery(SIGNALS.requestRate.query({ pods: podMatchers(name, NAMESPACE), apiName: name, window, by: "" }));
    // Five a second at most, and what a pod asks itself.
    expect(await rate("fused")).toBeLessThan(10);
    expect(await rate("ensemble")).toBeGreaterThan(10);
    lostNothing();
  });

  it("on a fused model does so by KEDA, while the ensemble goes back to one", async () => {
    trickle("ensemble");
    await stepUp("fused");
    await backToOne("ensemble");
    lostNothing();
  });

  it("is not felt by a service of the same name in another namespace", async () => {
    expect((await pods("fused", ELSEWHERE)).spec.replicas).toBe(1);
  });

  it("takes the pods with it when it goes", async () => {
    trickle("fused");
    await backToOne("fused");
    lostNothing();
  });
});
