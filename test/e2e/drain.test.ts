/** Pods that go under load, and clients that keep their connections: for ever over gRPC, and over HTTP, plain or by the official
 *  client, to the gateway before Triton; over HTTP to Triton itself for ten seconds, as a pool does. None loses a request; for
 *  each case thousands of each, counted. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import { requests } from "./counts";
import type { Load } from "./load/load";
import { deployment, loadOn, until } from "./scaling";
import { classifier, environment, NAMESPACE, openStack, project, stackFile } from "./support";

const REQUESTS = requests({ soak: 5_000, test: 1_500 });
/** Short, so that thousands take seconds. */
const texts = [
  ["I love it", "positive"],
  ["I hate it", "negative"],
] as const;

/** Services that are taken down side by side, and the clients of each, with the age at which they renew a connection; 0: never. */
const CLIENTS = [
  { service: "drained", protocol: "grpc", connectionSeconds: 0 },
  { service: "drained", protocol: "http", connectionSeconds: 10 },
  { service: "proxied", protocol: "grpc", connectionSeconds: 0 },
  { service: "proxied", protocol: "http", connectionSeconds: 0 },
  { service: "proxied", protocol: "tritonclient", connectionSeconds: 0 },
] as const;
const SERVICES = ["drained", "proxied"] as const;

let stack: Stack;
let nginx: string;
let loads: { name: string; load: Load }[] = [];

const services = (more: Parameters<typeof classifier>[0] = {}) =>
  stackFile({
    drained: classifier({ replicas: 2, service: { type: "NodePort", gateway: { enabled: false } }, ...more }),
    // An image of its own; the other tests' gateways run the server image, as is the default.
    proxied: classifier({ replicas: 2, service: { type: "NodePort", gateway: { image: nginx } }, ...more }),
  });

beforeAll(async () => {
  nginx = await nginxImage();
  stack = await openStack("e2e-drain", services());
  await stack.up();
  loads = await Promise.all(
    CLIENTS.map(async ({ service, ...options }) => {
      const load = await loadOn(service, { texts, ...options });
      // With pauses, lest six pods, their clients and a deploy keep each other from two cores.
      load.clients(5, 0.02);
      return { name: `${options.protocol} on ${service}`, load };
    }),
  );
});
afterAll(async () => {
  await Promise.all(loads.map(({ load }) => load.finish()));
  await stack.destroy();
});

async function nginxImage(): Promise<string> {
  const { docker, baseImage } = await environment();
  const name = "localhost:5001/e2e/nginx:debian";
  const folder = join(project, "test", "stand-ins", "nginx");
  await docker(["build", "--build-arg", `BASE_IMAGE=${baseImage}`, "-t", name, folder]);
  await docker(["push", name]);
  return name;
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  }[];
}

/** Names of a service's pods; `going`: of those that are being ended. */
async function pods(service: string, going = false): Promise<string[]> {
  const query = new URLSearchParams({ labelSelector: `app.kubernetes.io/instance=${service}` });
  const { items } = await apiGet<Pods>(`/api/v1/namespaces/${NAMESPACE}/pods?${query}`);
  return items
    .filter(({ metadata }) => (metadata.deletionTimestamp !== undefined) === going)
    .map(({ metadata }) => metadata.name);
}

const each = <T>(use: (service: string) => Promise<T>): Promise<T[]> => Promise.all(SERVICES.map(use));
const allPods = async () => (await each((service) => pods(service))).flat();

const settled = (replicas: number) =>
  each((service) =>
    until(
      `${replicas} ready pods of ${service} and none that goes`,
      240,
      async () => ({
        ready: (await deployment(service)).status.readyReplicas,
        going: (await pods(service, true)).length,
      }),
      ({ ready, going }) => ready === replicas && going === 0,
    ),
  );

/** Throws unless `happen` and as many requests of each kind of client went by, and every one was answered rightly. */
async function loseNothing(happen: () => Promise<unknown>) {
  const before = loads.map(({ load }) => load.totals);
  await happen();
  for (const [at, { name, load }] of loads.entries()) {
    const { answered = 0, failed = 0 } = before[at] ?? {};
    const since = () => Promise.resolve(load.totals.answered - answered);
    await until(`${REQUESTS} answers, ${name}`, 300, since, (count) => count >= REQUESTS);
    expect(load.totals.failed - failed, `${name}: ${JSON.stringify(load.totals.problems)}`).toBe(0);
  }
}

const kubectl = async (...args: string[]) => (await environment()).kubectl(["-n", NAMESPACE, ...args]);

describe("no request is lost", () => {
  it("in a rollout", async () => {
    const before = await allPods();
    await loseNothing(async () => {
      await stack.configure(services({ monitoring: { logSlowerThan: "30s" } }));
      await stack.up();
      // `up` ends with the rollout.
      expect((await allPods()).filter((name) => before.includes(name))).toEqual([]);
      await settled(2);
    });
  });

  it("when pods are taken away, and come again", async () => {
    await loseNothing(async () => {
      await kubectl("scale", "deployment", ...SERVICES, "--replicas=1");
      await settled(1);
      await kubectl("scale", "deployment", ...SERVICES, "--replicas=2");
      await settled(2);
    });
  });

  it("when somebody deletes a pod", async () => {
    const victims = (await each((service) => pods(service))).map(([name = ""]) => name);
    await loseNothing(async () => {
      await kubectl("delete", "pod", ...victims);
      await settled(2);
    });
    expect((await allPods()).filter((name) => victims.includes(name))).toEqual([]);
  });

  it("when the node is drained, which takes one pod after another", async () => {
    const before = await allPods();
    await loseNothing(async () => {
      const ours = `--pod-selector=app.kubernetes.io/instance in (${SERVICES.join(",")})`;
      const drained = kubectl("drain", "sandbox", ours, "--timeout=240s", "--delete-emptydir-data");
      try {
        const going = async () => (await each((service) => pods(service, true))).flat();
        await until("pods that go", 60, going, ({ length }) => length > 0);
        // The sandbox has no other node for the new pods.
        await kubectl("uncordon", "sandbox");
        await drained;
      } finally {
        await kubectl("uncordon", "sandbox");
      }
      await settled(2);
    });
    expect((await allPods()).filter((name) => before.includes(name))).toEqual([]);
  });
});
