/** The alerts of a service, a row for each. In: what is watched. Out: PromQL, for how long it must hold, and what it means.
 *  What to do stands in docs/alerts.md, under a heading of the alert's name.
 *
 *  An alert is about what a caller feels, or soon will. Two rows need metrics that are not Triton's: those of the kubelet's
 *  probes, and of kube-state-metrics; a usual kube-prometheus-stack has both. */
import { CONTAINER } from "../../shared/names";
import { type AlertOptions, milliseconds, QUEUE_TIME } from "./options";
import { boundsOf, itsModels, podsOf, publicModel, queueTime, type Watched } from "./watched";

export interface Alert {
  readonly name: string;
  /** critical: callers get no or wrong answers. warning: they soon may. */
  readonly severity: "critical" | "warning";
  /** How long the expression must hold, as a PromQL duration. */
  readonly held: (watched: Watched) => string;
  /** Undefined where there is nothing to watch. */
  readonly expression: (watched: Watched, options: AlertOptions) => string | undefined;
  readonly summary: string;
  /** Go templates of Prometheus may stand in it. */
  readonly description: string;
}

/** Over which rates are taken: four scrapes of a minute each. */
const WINDOW = "5m";
/** How long a restart stays an alert. */
const RESTART_WINDOW = "10m";
/** Requests a second below which a share of failures says nothing. */
const FEW = 0.02;
/** Seconds that a normal start is still seen in a window of two minutes. */
const SEEN_AFTER = 120;

export const ALERTS: readonly Alert[] = [
  {
    name: "TritonBertQueueLatency",
    severity: "warning",
    held: () => "10m",
    expression: (watched, options) =>
      `${queueTime(watched, WINDOW)} > ${1000 * (options.queueTime === undefined ? QUEUE_TIME[watched.device] : milliseconds(options.queueTime))}`,
    summary: "Requests wait long in Triton's queues",
    description: "A request waits {{ $value | printf `%.0f` }} µs on average before a model takes it.",
  },
  {
    name: "TritonBertFailures",
    severity: "critical",
    held: () => "5m",
    // What a client did wrong is not the service's failure; of what the python models answer Triton itself counts none.
    expression: (watched, { failurePercent }) => {
      const failed = [
        rate("triton_bert_failures_total", `${itsModels(watched)},fault="server"`),
        rate("nv_inference_request_failure", `${itsModels(watched)},reason="BACKEND"`),
      ];
      return `${percentOfRequests(failed, watched)} > ${failurePercent}`;
    },
    summary: "Requests fail by a fault of the server",
    description: "{{ $value | printf `%.1f` }} % of the requests fail.",
  },
  {
    name: "TritonBertRefusals",
    severity: "critical",
    held: () => "5m",
    expression: (watched, { refusalPercent }) => {
      const refused = [rate("triton_bert_failures_total", `${itsModels(watched)},fault="load"`)];
      return `${percentOfRequests(refused, watched)} > ${refusalPercent}`;
    },
    summary: "Requests are refused because too many wait",
    description: "{{ $value | printf `%.1f` }} % of the requests get 503: they would wait too long.",
  },
  {
    name: "TritonBertMetricsAbsent",
    severity: "critical",
    held: () => "5m",
    expression: (watched) => `absent(nv_inference_request_success{${publicModel(watched)}})`,
    summary: "Triton's metrics are not there",
    description:
      "No pod of the service has metrics: it has none, or they are not scraped. Autoscaling on them is blind.",
  },
  {
    name: "TritonBertScalerAtMax",
    severity: "warning",
    held: () => "15m",
    expression: (watched) => {
      const bounds = boundsOf(watched);
      if (bounds === undefined || bounds.min === bounds.max) return undefined;
      return `count(count by (pod) (nv_inference_request_success{${publicModel(watched)}})) >= ${bounds.max}`;
    },
    summary: "The autoscaler can add no more pods",
    description: "All {{ $value }} pods that autoscaling allows are there.",
  },
  {
    name: "TritonBertServerDied",
    severity: "warning",
    held: () => "0m",
    // By the models' own word, since counters that begin anew may have grown past what they were by the next scrape. A pod that
    // was replaced has another name, and with it other series: only a container that started anew in its pod changes one.
    expression: (watched) =>
      `max by (pod) (changes(triton_bert_start_time_seconds{${itsModels(watched)}}[${RESTART_WINDOW}])) > 0`,
    summary: "A server died and was started anew",
    description: "Triton in {{ $labels.pod }} died, or was ended because its model was dead, and has started anew.",
  },
  {
    name: "TritonBertRestarts",
    severity: "warning",
    held: () => "0m",
    expression: (watched) =>
      `increase(kube_pod_container_status_restarts_total{${podsOf(watched)},container="${CONTAINER}"}[1h]) > 2`,
    summary: "Triton restarts again and again",
    description: "Triton restarted {{ $value | printf `%.0f` }} times within an hour in {{ $labels.pod }}.",
  },
  {
    name: "TritonBertGoldenCheck",
    severity: "critical",
    // It fails until the server is up.
    held: ({ startupSeconds }) => `${startupSeconds + SEEN_AFTER}s`,
    expression: (watched) =>
      `increase(prober_probe_total{${podsOf(watched)},container="${CONTAINER}",probe_type="Startup",result="failed"}[2m]) > 0`,
    summary: "A pod does not answer its golden examples rightly",
    description: "{{ $labels.pod }} has failed its startup probe for longer than rollout.startupSeconds.",
  },
];

const rate = (metric: string, of: string) => `sum(rate(${metric}{${of}}[${WINDOW}]))`;

/** Nothing where there are few requests. */
function percentOfRequests(some: readonly string[], watched: Watched): string {
  const all = ["success", "failure"].map((end) => rate(`nv_inference_request_${end}`, publicModel(watched)));
  return `100 * (${some.join(" + ")}) / (${all.join(" + ")} > ${FEW})`;
}
