/** The alerts, judged by the real promtool: on series that should set one off, and on those that should not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { monitoringOptions } from "../../components/kubernetes/monitoring/options";
import { prometheusRuleArgs } from "../../components/kubernetes/monitoring/prometheusRule";
import { autoscalingOptions } from "../../components/kubernetes/scaling/options";
import { objectNames } from "../../components/shared/names";
import {
  answered,
  BUSY,
  failed,
  faults,
  type Labels,
  NONE,
  POD,
  Promtool,
  queued,
  type Series,
  seen,
  started,
} from "./promtool";

const rule = prometheusRuleArgs({
  site: { names: objectNames("mood"), namespace: "shop", stack: "organization/shop/prod" },
  options: autoscalingOptions.parse({ keda: { max: 3, prometheus: "http://prometheus.monitoring:9090" } }),
  apiName: "mood",
  device: "cpu",
  gpuMetrics: false,
  monitoring: monitoringOptions.parse({ alerts: {} }),
  startupSeconds: 300,
});
/** A service of a like name. */
const NEIGHBOUR = { pod: "mood-ru-6d5f9c7b8-x2v4k" };
let promtool: Promtool;
let checked: string;

beforeAll(async () => {
  promtool = await Promtool.ensure();
  checked = await promtool.rules(rule?.spec ?? expect.fail("no rules"));
});
afterAll(() => promtool.remove());

/** Throws what promtool says, unless the alert fires at that time, once, with this description; or, without one, not. */
async function judged(alertname: string, series: Series, minutes: number, fires?: { says: string; labels?: Labels }) {
  const { labels, annotations } =
    rule?.spec.groups[0]?.rules.find(({ alert }) => alert === alertname) ?? expect.fail(`no alert ${alertname}`);
  const expected = fires && [
    { exp_labels: { ...labels, ...fires.labels }, exp_annotations: { ...annotations, description: fires.says } },
  ];
  await promtool.test(series, {
    alert_rule_test: [{ eval_time: `${minutes}m`, alertname, exp_alerts: expected ?? [] }],
  });
}

it("promtool finds nothing wrong with the rules", () => {
  expect(checked).toContain("SUCCESS: 8 rules found");
});

describe("TritonBertQueueLatency", () => {
  const name = "TritonBertQueueLatency";
  // 60 requests in 15 seconds, each of which waited one second.
  const waits = { [answered()]: BUSY, [failed()]: NONE, [queued()]: "0+60000000x120" };
  const says = "A request waits 1000000 µs on average before a model takes it.";

  it("fires when requests wait for a second, after ten minutes", async () => {
    await judged(name, waits, 9);
    await judged(name, waits, 15, { says });
  });

  it("adds up what a request waits in the models of an ensemble", async () => {
    const ensemble = {
      [answered()]: BUSY,
      [failed()]: NONE,
      [queued()]: NONE,
      [queued({ model: "text_preprocessing" })]: "0+12000000x120",
      [queued({ model: "model_onnx" })]: "0+24000000x120",
    };
    await judged(name, ensemble, 15, { says: "A request waits 600000 µs on average before a model takes it." });
  });

  it("hears nothing of another service, another namespace, or another model in the server", async () => {
    const quiet = { [answered()]: BUSY, [failed()]: NONE, [queued()]: "0+60x120" };
    await judged(name, { ...quiet, [queued(NEIGHBOUR)]: "0+60000000x120" }, 15);
    await judged(name, { ...quiet, [queued({ namespace: "test" })]: "0+60000000x120" }, 15);
    await judged(name, { ...quiet, [queued({ model: "other" })]: "0+60000000x120" }, 15);
  });

  it("is not set off without traffic, nor by a restart", async () => {
    await judged(name, { [answered()]: NONE, [failed()]: NONE, [queued()]: NONE }, 15);
    const restarted = { [answered()]: "0+60x60 0+60x60", [failed()]: NONE, [queued()]: "0+60x60 0+60x60" };
    await judged(name, restarted, 16);
  });
});

describe("TritonBertFailures", () => {
  const name = "TritonBertFailures";
  const busy = { [answered()]: BUSY, [failed()]: NONE, [faults()]: NONE };

  it("fires when one request in five is answered with an error of ours, after five minutes", async () => {
    const series = { ...busy, [faults()]: "0+12x120" };
    await judged(name, series, 4);
    await judged(name, series, 11, { says: "20.0 % of the requests fail." });
  });

  it("fires when Triton's own backends fail, in a model behind the public one too", async () => {
    await judged(name, { ...busy, [failed()]: "0+6x120", [failed({ model: "model_onnx" })]: "0+6x120" }, 11, {
      says: "18.2 % of the requests fail.",
    });
  });

  it("is not set off by what clients do wrong, nor by those who are too many", async () => {
    await judged(name, { ...busy, [faults({ fault: "client" })]: BUSY, [failed({ reason: "OTHER" })]: BUSY }, 11);
    await judged(name, { ...busy, [faults({ fault: "load" })]: BUSY, [failed({ reason: "REJECTED" })]: BUSY }, 11);
  });

  it("is not set off by one in thirty, nor by one lonely failure in a quiet night", async () => {
    await judged(name, { ...busy, [faults()]: "0+2x120" }, 11);
    await judged(name, { [answered()]: "0x20 1x100", [failed()]: NONE, [faults()]: "0x20 1x100" }, 11);
  });

  it("hears nothing of a service of a like name", async () => {
    await judged(name, { ...busy, [faults(NEIGHBOUR)]: BUSY, [answered(NEIGHBOUR)]: BUSY }, 11);
  });
});

describe("TritonBertRefusals", () => {
  const name = "TritonBertRefusals";
  const busy = { [answered()]: BUSY, [failed()]: NONE, [faults({ fault: "load" })]: NONE };

  it("fires when one request in ten is refused, by the first model of an ensemble too", async () => {
    for (const model of ["mood", "text_preprocessing"]) {
      const refused = { ...busy, [faults({ fault: "load", model })]: "0+6x120" };
      await judged(name, refused, 4);
      await judged(name, refused, 11, { says: "10.0 % of the requests get 503: they would wait too long." });
    }
  });

  it("is not set off by other failures", async () => {
    await judged(name, { ...busy, [faults()]: BUSY, [faults({ fault: "client" })]: BUSY, [failed()]: BUSY }, 11);
  });
});

describe("TritonBertMetricsAbsent", () => {
  const name = "TritonBertMetricsAbsent";
  const says = "No pod of the service has metrics: it has none, or they are not scraped. Autoscaling on them is blind.";
  const labels = { model: "mood" };

  it("fires when there are none, or none any more", async () => {
    await judged(name, {}, 4);
    await judged(name, {}, 6, { says, labels });
    await judged(name, { [answered()]: "0+60x40 stale" }, 14);
    await judged(name, { [answered()]: "0+60x40 stale" }, 16, { says, labels });
  });

  it("is not set off by an idle service, but by one that another stands beside", async () => {
    await judged(name, { [answered()]: NONE }, 20);
    await judged(name, { [answered(NEIGHBOUR)]: BUSY }, 20, { says, labels });
  });
});

describe("TritonBertScalerAtMax", () => {
  const name = "TritonBertScalerAtMax";
  const pods = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [answered({ pod: `mood-6d5f9c7b8-x2v4${at}` }), BUSY]));

  it("fires when all three pods are there for a quarter of an hour", async () => {
    await judged(name, pods(3), 14);
    await judged(name, pods(3), 16, { says: "All 3 pods that autoscaling allows are there." });
  });

  it("is not set off by two, nor by two models in each", async () => {
    const other = [
      answered({ model: "other", pod: "mood-6d5f9c7b8-x2v40" }),
      answered({ model: "other", pod: "mood-6d5f9c7b8-x2v41" }),
    ];
    await judged(name, { ...pods(2), ...Object.fromEntries(other.map((series) => [series, BUSY])) }, 20);
  });
});

describe("TritonBertServerDied", () => {
  const name = "TritonBertServerDied";
  const says = `Triton in ${POD} died, or was ended because its model was dead, and has started anew.`;
  const labels = { pod: POD };

  it("fires when a container starts anew in its pod, by nothing but its own metrics, and for ten minutes", async () => {
    // Two scrapes found no server.
    const anew = { [started()]: "100x40 _ _ 200x80" };
    await judged(name, anew, 10);
    await judged(name, anew, 11, { says, labels });
    await judged(name, anew, 19, { says, labels });
    await judged(name, anew, 22);
  });

  it("is not set off by pods that come and go, nor by another service or another model", async () => {
    await judged(name, { [started()]: "100x40 stale", [started({ pod: "mood-6d5f9c7b8-zzzzz" })]: "_x30 200x80" }, 12);
    const anew = "100x40 200x80";
    await judged(name, { [started()]: "100x120", [started(NEIGHBOUR)]: anew }, 12);
    await judged(name, { [started()]: "100x120", [started({ model: "other" })]: anew }, 12);
  });
});

describe("TritonBertRestarts", () => {
  const name = "TritonBertRestarts";
  const restarts = (container: string) => seen("kube_pod_container_status_restarts_total", { container });

  it("fires at the third restart within an hour", async () => {
    const says = `Triton restarted 3 times within an hour in ${POD}.`;
    const labels = { pod: POD, container: "triton" };
    await judged(name, { [restarts("triton")]: "0x240 1x20 2x20 3x40" }, 76, { says, labels });
  });

  it("is not set off by two, nor by three of a sidecar", async () => {
    await judged(name, { [restarts("triton")]: "0x240 1x20 2x60" }, 76);
    await judged(name, { [restarts("sidecar")]: "0x240 1x20 2x20 3x40" }, 76);
  });
});

describe("TritonBertGoldenCheck", () => {
  const name = "TritonBertGoldenCheck";
  const probes = seen("prober_probe_total", { container: "triton", probe_type: "Startup", result: "failed" });

  it("fires when a pod goes on failing past the time that a start may take", async () => {
    const says = `${POD} has failed its startup probe for longer than rollout.startupSeconds.`;
    const labels = { pod: POD, container: "triton", probe_type: "Startup", result: "failed" };
    await judged(name, { [probes]: "0+7x120" }, 7);
    await judged(name, { [probes]: "0+7x120" }, 8, { says, labels });
  });

  it("is not set off by a start that takes all the time that it may", async () => {
    for (const minute of [5, 6, 7, 8, 10]) await judged(name, { [probes]: "0+7x19 140x100" }, minute);
  });
});
