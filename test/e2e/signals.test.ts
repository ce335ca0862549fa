/** What autoscalers steer at, computed by Prometheus's own engine from series of every awkward kind. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { podMatchers, SIGNALS, type SignalName } from "../../components/kubernetes/scaling/signals";
import {
  answered,
  BUSY,
  failed,
  type Labels,
  NONE,
  POD,
  Promtool,
  pending,
  pendingInside,
  queued,
  queuedInside,
  type Series,
} from "./promtool";

let promtool: Promtool;
beforeAll(async () => {
  promtool = await Promtool.ensure();
  await promtool.rules({ groups: [] });
});
afterAll(() => promtool.remove());

/** Throws unless the signal has this value ten minutes after the start; undefined: none at all. */
async function valued(signal: SignalName, series: Series, value: number | undefined) {
  const query = SIGNALS[signal].query({ pods: podMatchers("mood", "shop"), apiName: "mood", window: "60s", by: "" });
  // Prometheus adds pods up in any order, and the last bits of a sum depend on it.
  const expr = `round(${query}, 0.001)`;
  const exp_samples = value === undefined ? [] : [{ labels: "{}", value }];
  await promtool.test(series, { promql_expr_test: [{ expr, eval_time: "10m", exp_samples }] });
}

/** Microseconds: each of 60 requests has waited 10 ms. */
const TEN = "0+600000x120";
const OTHER_POD = { pod: "mood-6d5f9c7b8-aaaaa" };
const QUIET: Series = { [answered()]: NONE, [failed()]: NONE, [queued()]: NONE, [pending()]: NONE };
const NAMES = Object.keys(SIGNALS) as SignalName[];

describe("each signal", () => {
  it.each(NAMES)("%s is 0 without traffic, and nothing without metrics", async (signal) => {
    await valued(signal, QUIET, 0);
    await valued(signal, {}, undefined);
  });

  it.each(NAMES)("%s is not of another service, another namespace or another model", async (signal) => {
    const others: Labels[] = [{ pod: "mood-ru-6d5f9c7b8-x2v4k" }, { namespace: "test" }, { model: "other" }];
    for (const other of others) {
      const busy = { [answered(other)]: BUSY, [failed(other)]: BUSY, [queued(other)]: TEN, [pending(other)]: "9x120" };
      await valued(signal, { ...QUIET, ...busy }, 0);
    }
  });
});

describe("queueTime", () => {
  const busy: Series = { ...QUIET, [answered()]: BUSY, [queued()]: TEN };

  it("is what a request waits, however many there are, and in whichever pod", async () => {
    await valued("queueTime", busy, 10_000);
    const [one, two] = [
      { ...busy },
      { [answered(OTHER_POD)]: BUSY, [failed(OTHER_POD)]: NONE, [queued(OTHER_POD)]: NONE },
    ];
    await valued("queueTime", { ...one, ...two }, 5_000);
  });

  it("adds up the models of an ensemble, which has no queue of its own", async () => {
    const behind = { [queued({ model: "text_preprocessing" })]: TEN, [queued({ model: "model_onnx" })]: TEN };
    await valued("queueTime", { ...QUIET, [answered()]: BUSY, ...behind }, 20_000);
  });

  it("adds what waits inside the fused model, in whichever pod", async () => {
    await valued("queueTime", { ...busy, [queuedInside()]: TEN }, 20_000);
    const others = { [answered(OTHER_POD)]: BUSY, [failed(OTHER_POD)]: NONE, [queued(OTHER_POD)]: NONE };
    await valued("queueTime", { ...busy, ...others, [queuedInside(OTHER_POD)]: TEN }, 10_000);
    await valued("queueTime", { ...busy, [queuedInside({ namespace: "test" })]: TEN }, 10_000);
  });

  it("is not diluted by an idle model beside the served one, nor by an idle version", async () => {
    const beside: Labels[] = [{ model: "idle" }, { version: "2" }];
    const idle = beside.flatMap((of) => [answered(of), failed(of), queued(of)]);
    await valued("queueTime", { ...busy, ...Object.fromEntries(idle.map((name) => [name, NONE])) }, 10_000);
  });

  it("is of all versions of the model", async () => {
    const second = { [answered({ version: "2" })]: BUSY, [queued({ version: "2" })]: "0+1200000x120" };
    await valued("queueTime", { ...busy, ...second }, 15_000);
  });

  it("counts failed requests too, which have waited as well", async () => {
    await valued("queueTime", { ...busy, [failed()]: BUSY }, 5_000);
  });

  it("takes no idle pods' own questions for a queue, however long each has waited", async () => {
    // One every five seconds, and each waits for 100 ms.
    const idle = (labels: Labels = {}) => ({
      [answered(labels)]: "0+3x120",
      [failed(labels)]: NONE,
      [queued(labels)]: "0+300000x120",
    });
    await valued("queueTime", idle(), 20_000);
    await valued("queueTime", { ...idle(), ...idle(OTHER_POD) }, 20_000);
    // Two that have waited beside two idle pods' four are still felt.
    await valued("queueTime", { ...busy, ...idle(OTHER_POD) }, 12_000);
  });

  it("survives the restart of a server, which begins to count at nothing", async () => {
    const twice = (step: number) => `0+${step}x37 0+${step}x80`;
    await valued("queueTime", { ...QUIET, [answered()]: twice(60), [queued()]: twice(600_000) }, 10_000);
  });

  it("goes on without a pod that has gone", async () => {
    const gone = {
      [answered(OTHER_POD)]: "0+60x20 stale",
      [failed(OTHER_POD)]: "0x20 stale",
      [queued(OTHER_POD)]: "0+9000000x20 stale",
    };
    await valued("queueTime", { ...busy, ...gone }, 10_000);
  });
});

it("pendingRequests is the sum over pods and models, smoothed over the window", async () => {
  const waiting = {
    [pending()]: "6x120",
    [pending(OTHER_POD)]: "2x120",
    [pending({ model: "model_onnx", pod: POD })]: "0 8 ".repeat(60),
  };
  await valued("pendingRequests", waiting, 12);
  await valued("pendingRequests", { ...waiting, [pendingInside()]: "3x120" }, 15);
});

it("requestRate is of all requests of the public model, each counted once", async () => {
  const ensemble = { [answered({ model: "model_onnx" })]: BUSY, [answered({ model: "post_processing" })]: BUSY };
  await valued("requestRate", { ...QUIET, [answered()]: BUSY, [failed()]: "0+30x120", ...ensemble }, 6);
});
