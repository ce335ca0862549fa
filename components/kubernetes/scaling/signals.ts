/** What an autoscaler on Triton's own metrics steers at, a row for each signal. In: who is asked about. Out: PromQL, and the
 *  value to hold. Never GPU utilisation: it is full long before a queue grows, and says nothing of how long one waits.
 *
 *  All of them are sums over a service's pods, of counters as rates: a restart is no dip, an idle model beside the served
 *  one no dilution. Without any traffic the answer is 0, not 0/0; without any series there is none, so that a lost metric
 *  is never taken for an idle service. Source of the metrics: Triton Inference Server, "Metrics". */
import { wireContract } from "../../shared/contract";

export const SIGNAL_NAMES = ["queueTime", "pendingRequests", "requestRate"] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Which series a query sums up. */
export interface Series {
  /** Label matchers of the service's pods, in PromQL, without braces. */
  readonly pods: string;
  /** The public model. */
  readonly apiName: string;
  /** Over which rates are taken: a PromQL duration, such as 60s. */
  readonly window: string;
  /** What sums are told apart by, such as ` by (pod)`; empty for one number. */
  readonly by: string;
}

export interface Signal {
  /** Name as a Pods metric, before the model's; its end is the unit. */
  readonly metric: string;
  readonly query: (series: Series) => string;
  /** The query's answer is already an average over the pods; otherwise it grows with them, and is shared out. */
  readonly isAverage: boolean;
  /** Metric from which an adapter learns which pods there are. */
  readonly seed: string;
  /** How the user says a target. */
  readonly target: { readonly pattern: RegExp; readonly remedy: string; readonly cpu: string; readonly gpu: string };
  /** A target in the query's unit, as a Kubernetes quantity. */
  readonly quantity: (target: string) => string;
}

const NUMBER = {
  pattern: /^(?=.*[1-9])\d+(\.\d{1,3})?$/,
  remedy: 'write a number above zero in quotes, such as "4" or "2.5"',
};
const TIME = /^(?=.*[1-9])(\d+(?:\.\d+)?)(us|ms|s)$/;
const MICROSECONDS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6 };

export const SIGNALS: Readonly<Record<SignalName, Signal>> = {
  /** Microseconds that a request has waited, over all models that it went through. A GPU answers sooner, so that a wait
   *  which is short beside a CPU's answer would already double its own. A pod with less than one request a second counts as
   *  if it had one: alone on a busy node, the watch's own question may wait long, and more pods would not shorten that. */
  queueTime: {
    metric: "triton_bert_queue_time_us",
    query: (series) => `${waited(series, "rate", "queue_duration_us")} / ${atLeastOneEach(series)}`,
    isAverage: true,
    seed: "nv_inference_queue_duration_us",
    target: {
      pattern: TIME,
      remedy: "write a time with its unit, such as 20ms",
      cpu: "50ms",
      gpu: "20ms",
    },
    quantity: (target) => {
      const [, amount = "", unit = ""] = TIME.exec(target) ?? [];
      return String(Math.max(1, Math.round(Number(amount) * (MICROSECONDS[unit] ?? 1))));
    },
  },
  /** Requests that wait. An average over the window: a scrape sees but a moment. */
  pendingRequests: {
    metric: "triton_bert_pending_requests",
    query: (series) => waited(series, "avg_over_time", "pending_request_count"),
    isAverage: false,
    seed: "nv_inference_pending_request_count",
    target: { ...NUMBER, cpu: "4", gpu: "8" },
    quantity: (target) => target,
  },
  /** Requests a second, failed ones too. The default is a guess: what a pod can answer is the model's affair. */
  requestRate: {
    metric: "triton_bert_requests_per_second",
    query: requestRate,
    isAverage: false,
    seed: "nv_inference_request_success",
    target: { ...NUMBER, cpu: "50", gpu: "500" },
    quantity: (target) => target,
  },
};

/** The target that the user has said, or the default of the device, as a quantity of the query's unit. */
export function targetQuantity(signal: SignalName, target: string | undefined, device: "cpu" | "gpu"): string {
  const row = SIGNALS[signal];
  return row.quantity(target ?? row.target[device]);
}

/** Matchers of the pods of one Deployment, and of no other whose name begins alike: `<name>-<ReplicaSet>-<pod>`. */
export function podMatchers(name: string, namespace: string): string {
  return `namespace="${namespace}",pod=~"${name}-[a-z0-9]+-[a-z0-9]{5}"`;
}

/** Requests wait in the models behind an ensemble, and in the public model itself where it is the fused one: an ensemble has
 *  no queue of its own (its queue time stays near zero), so the sum over all of them is right for both. What a python model
 *  has taken out of Triton's queue may wait on in its pool (bert_batching/engine.py); an ensemble before the C++ backend has
 *  no such series, hence the `or`. */
function waited({ pods, apiName, window, by }: Series, over: string, metric: string): string {
  const sum = (prefix: string) => `sum${by} (${over}(${prefix}_${metric}{${pods},${servedBy(apiName)}}[${window}]))`;
  return `(${sum("nv_inference")} + ${sum("triton_bert")} or ${sum("nv_inference")})`;
}

/** Label matcher of all models that a request to the public one goes through, in either pipeline. */
export function servedBy(apiName: string): string {
  const models = [apiName, ...Object.values(wireContract().roles)];
  return `model=~"${models.map(literal).join("|")}"`;
}

function requestRate({ pods, apiName, window, by }: Series): string {
  const rate = (metric: string) => `sum${by} (rate(${metric}{${pods},model="${apiName}"}[${window}]))`;
  return `(${rate("nv_inference_request_success")} + ${rate("nv_inference_request_failure")})`;
}

/** Requests a second, where no pod counts for less than one. */
function atLeastOneEach(series: Series): string {
  return `sum${series.by} (clamp_min(${requestRate({ ...series, by: " by (pod)" })}, 1))`;
}

/** For a regular expression inside a PromQL string. */
function literal(name: string): string {
  return name.replace(/[.+*?^$()[\]{}|\\]/g, "\\\\$&");
}
