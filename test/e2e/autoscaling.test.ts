/** Autoscalers as objects of the real API server, and the hand-over from a fixed number of pods. The loop of metrics that
 *  drives them is not part of the sandbox. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { classifier, environment, NAMESPACE, object, openStack, stackFile } from "./support";

interface Scaler {
  readonly spec: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly { type: string }[];
  };
}
interface Scaled {
  readonly spec: { readonly replicas: number };
}

let stack: Stack;
const service = (more: Parameters<typeof classifier>[0]) => stackFile({ scaled: classifier(more) });

beforeAll(async () => {
  stack = await openStack("e2e-scaling", service({ replicas: 2 }));
  await stack.up();
});
afterAll(() => stack.destroy());

describe("autoscaling", () => {
  it("takes over from two fixed pods without dropping to one", async () => {
    const { kubectl } = await environment();
    const seen: number[] = [];
    await stack.configure(service({ autoscaling: { cpu: { min: 2, max: 3 } } }));
    let rolling = true;
    const watching = (async () => {
      while (rolling) {
        const path = "jsonpath={.spec.replicas}";
        seen.push(Number(await kubectl(["-n", NAMESPACE, "get", "deployment", "scaled", "-o", path])));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    await stack.up();
    rolling = false;
    await watching;
    expect(Math.min(...seen)).toBe(2);
    const { spec } = await object<Scaler>("hpa", "scaled");
    expect(spec).toMatchObject({ minReplicas: 2, maxReplicas: 3, metrics: [{ type: "ContainerResource" }] });
  });

  it("leaves alone what the autoscaler has decided", async () => {
    const { kubectl } = await environment();
    await kubectl(["-n", NAMESPACE, "scale", "deployment", "scaled", "--replicas=3"]);
    await stack.configure(service({ autoscaling: { cpu: { min: 2, max: 3 } }, tag: "next" }));
    await stack.up();
    expect((await object<Scaled>("deployment", "scaled")).spec.replicas).toBe(3);
  });

  it("on a Pods metric is accepted by the API server", async () => {
    await stack.configure(service({ autoscaling: { podsMetric: { min: 1, max: 2, target: "2" } } }));
    await stack.up();
    const { spec } = await object<Scaler>("hpa", "scaled");
    expect(spec.metrics).toMatchObject([
      { type: "Pods", pods: { target: { type: "AverageValue", averageValue: "2" } } },
    ]);
  });

  it("goes away with `none`, and the fixed number holds again", async () => {
    await stack.configure(service({ replicas: 1 }));
    await stack.up();
    await expect(object("hpa", "scaled")).rejects.toThrow(/NotFound|not found/);
    expect((await object<Scaled>("deployment", "scaled")).spec.replicas).toBe(1);
  });
});
