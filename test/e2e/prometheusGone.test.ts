/** An outage of Prometheus: the autoscalers, one of each kind that asks it, are blind, and no pod goes. Whoever opens the sandbox
 *  meanwhile would start Prometheus again, so no other test may begin during this one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapterRuleText } from "../../components/kubernetes/scaling/adapterRule";
import { autoscalingOptions } from "../../components/kubernetes/scaling/options";
import { sleep } from "../../sandbox/shell";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import type { Load } from "./load/load";
import { addAdapterRule, deployment, loadOn, metrics, until } from "./scaling";
import { classifier, environment, NAMESPACE, openStack, refusal, stackFile } from "./support";

/** Names of the services, by their autoscalers. */
const BLIND = ["blind-keda", "blind-pods"] as const;
/** Quick, or the test would take an hour. */
const bounds = { min: 1, max: 3, windowSeconds: 30, scaleDownSeconds: 30 };
/** More than one client waits on a busy machine. */
const QUEUE_TIME = "1s";
const podsMetric = { ...bounds, signal: "pendingRequests" as const, target: "2" };

let pipeline: Awaited<ReturnType<typeof metrics>>;
let stack: Stack;
let loads: Load[] = [];

const services = (verifySeconds: number) =>
  stackFile({
    "blind-keda": classifier({
      autoscaling: { keda: { ...bounds, verifySeconds, prometheus: pipeline.prometheus, target: QUEUE_TIME } },
    }),
    "blind-pods": classifier({
      serving: { pipeline: "ensemble" },
      autoscaling: { podsMetric: { ...podsMetric, verifySeconds } },
    }),
  });

beforeAll(async () => {
  pipeline = await metrics();
  const rule = autoscalingOptions.parse({ podsMetric }).podsMetric ?? expect.fail();
  await addAdapterRule(adapterRuleText(rule, "blind-pods"));
  stack = await openStack("e2e-outage", services(60));
  await stack.up();
  loads = await Promise.all(BLIND.map((name) => loadOn(name)));
  // One client, five requests a second: what goes wrong while pods go is seen.
  for (const load of loads) load.clients(1, 0.2);
});
afterAll(async () => {
  await pipeline.startPrometheus();
  await Promise.all(loads.map((load) => load.finish()));
  await stack.destroy();
});

const replicas = () => Promise.all(BLIND.map(async (name) => (await deployment(name)).spec.replicas));
const readyPods = () => Promise.all(BLIND.map(async (name) => (await deployment(name)).status.readyReplicas));

async function fallback(): Promise<string | undefined> {
  interface Conditions {
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  }
  const path = `/apis/keda.sh/v1alpha1/namespaces/${NAMESPACE}/scaledobjects/blind-keda`;
  const { status } = await apiGet<Conditions>(path);
  return status.conditions.find(({ type }) => type === "Fallback")?.status;
}

/** None answered wrongly or not at all, and some rightly. */
function lostNothing() {
  for (const { totals } of loads) {
    expect(totals.failed, JSON.stringify(totals.problems)).toBe(0);
    expect(totals.answered).toBeGreaterThan(50);
  }
}

describe("Prometheus gone", () => {
  it("leaves the pods as they are, with KEDA and with a Pods metric", async () => {
    const { kubectl } = await environment();
    await pipeline.stopPrometheus();
    await until("KEDA's fallback", 180, fallback, (status) => status === "True");
    // More than so little load needs: an autoscaler that saw would take them away.
    await kubectl(["-n", NAMESPACE, "scale", "deployment", ...BLIND, "--replicas=3"]);
    await until("three ready pods of each", 240, readyPods, (ready) => ready.every((count) => count === 3));
    // Long enough for a pod to have gone, twice.
    const seen = new Set<string>();
    for (let second = 0; second < 90; second++) {
      seen.add(String(await replicas()));
      await sleep(1000);
    }
    expect([...seen]).toEqual(["3,3"]);
    lostNothing();
  });

  it("is said by `up`", async () => {
    await stack.configure(services(10));
    const said = await refusal(stack);
    const deployed = "everything is deployed, but the autoscaler has no metric";
    expect(said).toContain(`models.blind-keda.autoscaling.keda: ${deployed}`);
    expect(said).toContain("KEDA gets no value from Prometheus");
    expect(said).toContain(`models.blind-pods.autoscaling.podsMetric: ${deployed}`);
    lostNothing();
  });

  it("and back, the pods go down to one", async () => {
    await pipeline.startPrometheus();
    await stack.configure(services(60));
    await stack.up();
    await until("one pod of each", 300, replicas, (counts) => counts.every((count) => count === 1));
    lostNothing();
  });
});
