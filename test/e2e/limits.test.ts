/** The largest requests that the limits allow, and larger ones, many at a time, against pods of both pipelines with the memory
 *  that the formula gives them: nothing in it restarts, and small good requests are answered rightly beside them all. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sleep } from "../../sandbox/shell";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import { classifier, environment, infer, labelsOf, NAMESPACE, openStack, stackFile } from "./support";

const SERVICES = { fused: "limited", ensemble: "limited-ensemble" } as const;
type Pipeline = keyof typeof SERVICES;
const rollout = { startupSeconds: 120, pullSeconds: 60, endpointDelaySeconds: 1, longestRequestSeconds: 10 };
const CLIENTS = 32;
let stack: Stack;

beforeAll(async () => {
  const model = (pipeline: Pipeline) => classifier({ rollout, serving: { pipeline } });
  const models = { [SERVICES.fused]: model("fused"), [SERVICES.ensemble]: model("ensemble") };
  stack = await openStack("e2e-limits", stackFile(models));
  await stack.up();
});
afterAll(() => stack.destroy());

const SENTENCE = "The delivery had arrived late again and nobody could say why. ";
/** What each client sends, how many times → the statuses that it may get. */
const LARGE: Readonly<Record<string, { texts: string[]; times: number; allowed: number[] }>> = {
  "batches of 16 texts that fill the model": {
    texts: Array(16).fill("word ".repeat(510)),
    times: 1,
    allowed: [200, 503],
  },
  "batches of 16 texts of 60 kB": { texts: Array(16).fill(SENTENCE.repeat(970)), times: 1, allowed: [200, 503] },
  "batches of 16 texts that can't be cut": {
    texts: Array(16).fill("a.".repeat(32_000)),
    times: 1,
    allowed: [200, 503],
  },
  "one text of a megabyte": { texts: [SENTENCE.repeat(16_000)], times: 3, allowed: [200, 503] },
  "two megabytes of dots": { texts: [".".repeat(2_000_000)], times: 3, allowed: [400, 503] },
  "one text of five megabytes": { texts: [SENTENCE.repeat(80_000)], times: 3, allowed: [413, 503] },
};

async function restarts(service: string): Promise<number[]> {
  interface Pods {
    items: { status: { containerStatuses?: { restartCount: number }[] } }[];
  }
  const query = new URLSearchParams({ labelSelector: `app.kubernetes.io/instance=${service}` });
  const { items } = await apiGet<Pods>(`/api/v1/namespaces/${NAMESPACE}/pods?${query}`);
  return items.flatMap(({ status }) => (status.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

/** Statuses of some requests, sent by many clients at a time. A connection that is closed instead counts as 0: a server may
 *  refuse a body that is too large while it still comes. */
async function sendAll(service: string, texts: readonly string[], times: number): Promise<Set<number>> {
  const { reach } = await environment();
  const inputs = [{ name: "text_input", shape: [texts.length, 1], datatype: "BYTES", data: texts }];
  const body = JSON.stringify({ inputs });
  return reach({ namespace: NAMESPACE, name: service }, async (url) => {
    const one = async () => {
      const response = await fetch(`${url}/v2/models/${service}/infer`, { method: "POST", body }).catch(
        () => undefined,
      );
      await response?.arrayBuffer().catch(() => undefined);
      return response?.status ?? 0;
    };
    const seen = new Set<number>();
    const client = async () => {
      for (let time = 0; time < times; time++) seen.add(await one());
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return seen;
  });
}

describe.each(Object.entries(SERVICES))("many clients of %s at a time that send", (_, service) => {
  it.each(Object.entries(LARGE))("%s", async (_case, { texts, times, allowed }) => {
    let sending = true;
    const answers: string[] = [];
    const good = (async () => {
      while (sending || answers.length < 4) {
        answers.push(labelsOf(await infer(service, ["I love it", "I hate it"])).join());
        await sleep(50);
      }
    })();
    const [seen] = await Promise.all([
      sendAll(service, texts, times).finally(() => {
        sending = false;
      }),
      good,
    ]);
    expect([...seen].filter((status) => status !== 0 && !allowed.includes(status))).toEqual([]);
    expect([...seen].some((status) => status !== 503)).toBe(true);
    expect(new Set(answers)).toEqual(new Set(["positive,negative"]));
  });

  it("end nothing in the pod", async () => {
    expect(await restarts(service)).toEqual([0, 0]);
    expect(labelsOf(await infer(service, ["I love it"]))).toEqual(["positive"]);
  });
});
