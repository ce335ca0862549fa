/** Pods that go under load, and clients that keep their connections: over gRPC, or as the official HTTP client, for ever; over
 *  plain HTTP for ten seconds, as a pool does. None loses a request; for each case ten thousand of each, counted. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import type { Load, Totals } from "./load/load";
import { deployment, loadOn, until } from "./scaling";
import { classifier, environment, NAMESPACE, openStack, stackFile } from "./support";

const REQUESTS = 10_000;
/** Short, so that ten thousand take seconds. */
const texts = [
  ["I love it", "positive"],
  ["I hate it", "negative"],
] as const;
const service = (more: Parameters<typeof classifier>[0] = {}) =>
  stackFile({ drained: classifier({ replicas: 2, ...more }) });

let stack: Stack;
/** By protocol, with the age at which a connection is renewed; 0: never. */
const KEPT_SECONDS = { http: 10, grpc: 0, tritonclient: 0 } as const;
type Protocol = keyof typeof KEPT_SECONDS;
const protocols = Object.keys(KEPT_SECONDS) as Protocol[];
const loads = {} as Record<Protocol, Load>;

beforeAll(async () => {
  stack = await openStack("e2e-drain", service());
  await stack.up();
  for (const protocol of protocols) {
    loads[protocol] = await loadOn("drained", { texts, protocol, connectionSeconds: KEPT_SECONDS[protocol] });
    loads[protocol].clients(8);
  }
});
afterAll(async () => {
  await Promise.all(protocols.map((protocol) => loads[protocol]?.finish()));
  await stack.destroy();
});

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/** Names of the service's pods; `going`: of those that are being ended. */
async function pods(going = false): Promise<string[]> {
  const query = new URLSearchParams({ labelSelector: "app.kubernetes.io/instance=drained" });
  const { items } = await apiGet<Pods>(`/api/v1/namespaces/${NAMESPACE}/pods?${query}`);
  return items
    .filter(({ metadata }) => (metadata.deletionTimestamp !== undefined) === going)
    .map(({ metadata }) => metadata.name);
}

const settled = (replicas: number) =>
  until(
    `${replicas} ready pods and none that goes`,
    240,
    async () => ({
      ready: (await deployment("drained")).status.readyReplicas,
      going: (await pods(true)).length,
    }),
    ({ ready, going }) => ready === replicas && going === 0,
  );

/** Throws unless `happen` and ten thousand requests of each protocol went by, and every one was answered rightly. */
async function loseNothing(happen: () => Promise<unknown>) {
  const before = Object.fromEntries(protocols.map((name) => [name, loads[name].totals])) as Record<Protocol, Totals>;
  await happen();
  for (const protocol of protocols) {
    const load = loads[protocol];
    await until(
      `${REQUESTS} answers over ${protocol}`,
      300,
      async () => load.totals.answered - before[protocol].answered,
      (count) => count >= REQUESTS,
    );
    const { failed, problems } = load.totals;
    expect(failed - before[protocol].failed, `${protocol}: ${JSON.stringify(problems)}`).toBe(0);
  }
}

const kubectl = async (...args: string[]) => (await environment()).kubectl(["-n", NAMESPACE, ...args]);

describe("no request is lost", () => {
  it("in a rollout", async () => {
    const before = await pods();
    await loseNothing(async () => {
      await stack.configure(service({ monitoring: { logSlowerThan: "30s" } }));
      await stack.up();
      await settled(2);
    });
    expect((await pods()).filter((name) => before.includes(name))).toEqual([]);
  });

  it("when pods are taken away, and come again", async () => {
    await loseNothing(async () => {
      await kubectl("scale", "deployment", "drained", "--replicas=1");
      await settled(1);
      await kubectl("scale", "deployment", "drained", "--replicas=2");
      await settled(2);
    });
  });

  it("when somebody deletes a pod", async () => {
    const [victim = ""] = await pods();
    await loseNothing(async () => {
      await kubectl("delete", "pod", victim);
      await settled(2);
    });
    expect(await pods()).not.toContain(victim);
  });

  it("when the node is drained, which takes one pod after another", async () => {
    const before = await pods();
    await loseNothing(async () => {
      const drained = kubectl(
        "drain",
        "sandbox",
        "--pod-selector=app.kubernetes.io/instance=drained",
        "--timeout=240s",
        "--delete-emptydir-data",
      );
      try {
        await until(
          "a pod that goes",
          60,
          () => pods(true),
          ({ length }) => length > 0,
        );
        // The sandbox has no other node for the new pods.
        await kubectl("uncordon", "sandbox");
        await drained;
      } finally {
        await kubectl("uncordon", "sandbox");
      }
      await settled(2);
    });
    expect((await pods()).filter((name) => before.includes(name))).toEqual([]);
  });
});
