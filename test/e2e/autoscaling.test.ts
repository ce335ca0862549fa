/** Who decides the number of pods, changed on a live service, with KEDA's admission webhooks at the door; and what `up`
 *  says of an autoscaler that sees nothing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sleep } from "../../sandbox/shell";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import { addAdapterRule, deployment, metrics } from "./scaling";
import { classifier, environment, NAMESPACE, openStack, refusal, stackFile } from "./support";

type Options = NonNullable<Parameters<typeof classifier>[0]>;

let stack: Stack;
let prometheus: string;
const service = (more: Options) => stackFile({ scaled: classifier(more) });

beforeAll(async () => {
  prometheus = (await metrics()).prometheus;
  stack = await openStack("e2e-scaling", service({ replicas: 5 }));
  await stack.up();
});
afterAll(() => stack.destroy());

/** `up` with other options, and every number of pods, asked for and ready, that was seen until it ended. */
async function changed(more: Options) {
  await stack.configure(service(more));
  const seen = { asked: new Set<number>(), ready: new Set<number>() };
  let going = true;
  const watching = (async () => {
    while (going) {
      const { spec, status } = await deployment("scaled");
      seen.asked.add(spec.replicas);
      seen.ready.add(status.readyReplicas ?? 0);
      await sleep(100);
    }
  })();
  try {
    await stack.up();
  } finally {
    going = false;
    await watching;
  }
  return { asked: [...seen.asked], ready: [...seen.ready] };
}

/** Names of the autoscalers of the service's pods. */
async function scalers(): Promise<string[]> {
  const path = `namespaces/${NAMESPACE}`;
  const hpas = await apiGet<Named>(`/apis/autoscaling/v2/${path}/horizontalpodautoscalers`);
  const objects = await apiGet<Named>(`/apis/keda.sh/v1alpha1/${path}/scaledobjects`);
  // Other tests have services beside this one.
  const ours = ({ items }: Named) => items.map(({ metadata }) => metadata.name).filter((name) => /^scaled/.test(name));
  return [...ours(hpas).map((name) => `hpa ${name}`), ...ours(objects).map((name) => `scaledobject ${name}`)];
}
interface Named {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** As the API server has kept it. */
async function toleranceOf(name: string): Promise<string | undefined> {
  const path = `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/${name}`;
  const { spec } = await apiGet<{ spec: { behavior: { scaleDown: { tolerance?: string } } } }>(path);
  return spec.behavior.scaleDown.tolerance;
}

const steady = { asked: [5], ready: [5] };
const bounds = { min: 2, max: 5 };
/** As KEDA itself reads them; without a value `up` would fail. */
const customHeaders = { "X-Scope-OrgID": "ml", "X-Client": "triton bert" };

describe("a live service of five pods", () => {
  it("goes over to cpu at the first try, and keeps its pods", async () => {
    expect(await changed({ autoscaling: { cpu: { ...bounds, tolerancePercent: 20 } } })).toEqual(steady);
    expect(await scalers()).toEqual(["hpa scaled"]);
    expect(await toleranceOf("scaled")).toBe("200m");
  });

  it("goes over from cpu to keda", async () => {
    expect(
      await changed({ autoscaling: { keda: { ...bounds, prometheus, tolerancePercent: 20, customHeaders } } }),
    ).toEqual(steady);
    expect(await scalers()).toEqual(["hpa scaled-keda", "scaledobject scaled"]);
    expect(await toleranceOf("scaled-keda")).toBe("200m");
  });

  it("is told which rule the metrics adapter lacks, and with it goes over from keda to podsMetric", async () => {
    const podsMetric = { ...bounds, signal: "pendingRequests" as const };
    await stack.configure(service({ autoscaling: { podsMetric: { ...podsMetric, verifySeconds: 10 } } }));
    const said = await refusal(stack);
    expect(said).toContain(
      "models.scaled.autoscaling.podsMetric: everything is deployed, but the autoscaler has no metric",
    );
    const [rule = expect.fail(said)] = /^ *- seriesQuery:.*?(?=\n *While)/ms.exec(said) ?? [];
    await addAdapterRule(rule);
    expect(await changed({ autoscaling: { podsMetric } })).toEqual(steady);
    expect(await scalers()).toEqual(["hpa scaled"]);
  });

  it("goes back to keda, from there to cpu, and in the end to five fixed pods", async () => {
    expect(await changed({ autoscaling: { keda: { ...bounds, prometheus, signal: "requestRate" } } })).toEqual(steady);
    expect(await changed({ autoscaling: { cpu: bounds } })).toEqual(steady);
    expect(await scalers()).toEqual(["hpa scaled"]);
    expect(await changed({ replicas: 5 })).toEqual(steady);
    expect(await scalers()).toEqual([]);
  });
});

it("`up` says when KEDA cannot reach Prometheus, and leaves the pods alone", async () => {
  const nowhere = { ...bounds, prometheus: "http://127.0.0.1:9", verifySeconds: 20 };
  await stack.configure(service({ autoscaling: { keda: nowhere } }));
  const said = await refusal(stack);
  expect(said).toMatch(/autoscaler has no metric value after 20 s: .*(Prometheus|s0-prometheus)/);
  expect(said).toContain("KEDA must reach Prometheus at http://127.0.0.1:9");
  expect((await deployment("scaled")).spec.replicas).toBe(5);
  expect(await changed({ autoscaling: { keda: { ...nowhere, verify: false } } })).toEqual(steady);
});

it("leaves alone what the autoscaler has decided, and a fixed number holds again after it", async () => {
  const { kubectl } = await environment();
  await changed({ autoscaling: { cpu: bounds } });
  await kubectl(["-n", NAMESPACE, "scale", "deployment", "scaled", "--replicas=3"]);
  await changed({ autoscaling: { cpu: bounds }, tag: "next" });
  expect((await deployment("scaled")).spec.replicas).toBe(3);
  await changed({ replicas: 3 });
  expect((await deployment("scaled")).spec.replicas).toBe(3);
});
