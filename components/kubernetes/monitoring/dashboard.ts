/** A Grafana dashboard of a service, a row for each panel. In: what is watched. Out: a ConfigMap that Grafana's sidecar
 *  finds by its labels. The data source is chosen in Grafana. Source: Grafana, "Dashboard JSON model". */
import { canonicalJson, shortHash } from "../../shared/canonicalJson";
import { CONTAINER } from "../../shared/names";
import { metadata } from "../metadata";
import { SIGNALS } from "../scaling/signals";
import { itsModels, podsOf, publicModel, queueTime, type Watched } from "./watched";

/** As Grafana computes it: at least four scrapes. */
const WINDOW = "$__rate_interval";

interface Panel {
  readonly title: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  /** Legend → PromQL. */
  readonly queries: Readonly<Record<string, string>>;
}

function panels(watched: Watched): Panel[] {
  const pods = podsOf(watched);
  const model = publicModel(watched);
  const rate = (metric: string, of: string) => `rate(${metric}{${of}}[${WINDOW}])`;
  const perRequest = (metric: string) =>
    `sum(${rate(metric, model)}) / clamp_min(sum(${rate("nv_inference_request_success", model)}), 0.001)`;
  return [
    {
      title: "Requests",
      unit: "reqps",
      queries: {
        all: SIGNALS.requestRate.query({ pods, apiName: watched.apiName, window: WINDOW, by: "" }),
        "failed by a fault of the {{fault}}": `sum by (fault) (${rate("triton_bert_failures_total", itsModels(watched))})`,
      },
    },
    {
      title: "Time of a request, on average",
      unit: "µs",
      queries: {
        "in queues": queueTime(watched, WINDOW),
        "in all": perRequest("nv_inference_request_duration_us"),
      },
    },
    {
      title: "Requests that wait",
      unit: "short",
      queries: {
        "{{pod}} {{model}}": `sum by (pod, model) (nv_inference_pending_request_count{${pods}} or triton_bert_pending_request_count{${pods}})`,
      },
    },
    {
      title: "Pods with metrics",
      unit: "short",
      queries: { pods: `count(count by (pod) (nv_inference_request_success{${model}}))` },
    },
    {
      title: "Texts a run",
      unit: "short",
      queries: {
        "{{model}}": `sum by (model) (${rate("nv_inference_count", pods)}) / clamp_min(sum by (model) (${rate("nv_inference_exec_count", pods)}), 0.001)`,
      },
    },
    {
      title: "CPU",
      unit: "percentunit",
      queries: {
        "{{pod}}": `sum by (pod) (${rate("container_cpu_usage_seconds_total", `${pods},container="${CONTAINER}"`)})`,
      },
    },
    ...(watched.gpuMetrics
      ? [
          {
            title: "GPU utilisation",
            unit: "percentunit",
            queries: { "{{pod}} {{gpu_uuid}}": `sum by (pod, gpu_uuid) (nv_gpu_utilization{${pods}})` },
          },
          {
            title: "GPU memory",
            unit: "bytes",
            queries: { "{{pod}} {{gpu_uuid}}": `sum by (pod, gpu_uuid) (nv_gpu_memory_used_bytes{${pods}})` },
          },
        ]
      : []),
  ];
}

export function dashboardArgs(watched: Watched) {
  const { site, monitoring } = watched;
  if (monitoring.dashboard === undefined) return undefined;
  return {
    metadata: metadata(site, monitoring.dashboard),
    data: { [`${site.namespace}-${site.names.object}.json`]: canonicalJson(dashboard(watched)) },
  };
}

function dashboard(watched: Watched) {
  const { site } = watched;
  const { object } = site.names;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable
  const datasource = { type: "prometheus", uid: "${datasource}" };
  return {
    uid: shortHash([site.stack, site.namespace, object]),
    title: `triton-bert / ${site.namespace} / ${object}`,
    tags: ["triton-bert"],
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    templating: { list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }] },
    panels: panels(watched).map(({ title, unit, queries }, index) => ({
      id: index + 1,
      type: "timeseries",
      title,
      datasource,
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: Object.entries(queries).map(([legendFormat, expr], at) => ({
        refId: String.fromCharCode("A".charCodeAt(0) + at),
        datasource,
        expr,
        legendFormat,
      })),
    })),
  };
}
