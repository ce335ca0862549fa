/** What a user may say about who watches a service: scraping, alerts, dashboard, logs. */
import { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import { addedAnnotations, addedLabels } from "../objectText";

const labels = addedLabels()
  .default({})
  .describe("Labels by which your Prometheus chooses it, such as release: kube-prometheus-stack.");

const monitor = z.strictObject({
  labels,
  intervalSeconds: z.int().min(1).max(300).default(15).describe("Seconds between two scrapes."),
});

const timeLike = (pattern: RegExp, because: string) =>
  z.string().regex(pattern, because).meta({ remedy: "write a number with its unit, such as 500ms or 2s" });
const time = timeLike(/^\d+(\.\d+)?(ms|s)$/, "must be a time in ms or s");
const timeAboveZero = timeLike(/^(?=.*[1-9])\d+(\.\d+)?(ms|s)$/, "must be a time above zero in ms or s");

/** A wait that a caller surely feels, in milliseconds; ten times what the autoscaler holds by default. */
export const QUEUE_TIME = { cpu: 500, gpu: 200 } as const;

export const monitoringOptions = z.strictObject({
  scrape: exactlyOneOf({
    none: z.strictObject({}).describe("Nothing is made; what you have finds the pods by their port named metrics."),
    annotations: z
      .strictObject({})
      .describe("The usual annotations prometheus.io/scrape, /port and /path, on the pods."),
    podMonitor: monitor.describe("PodMonitor of the Prometheus operator."),
    serviceMonitor: monitor.describe("ServiceMonitor of the Prometheus operator, on the Service <name>-metrics."),
  })
    .prefault({ none: {} })
    .describe("How Prometheus finds the pods; one way, or each request counts twice. Default: { none: {} }."),
  alerts: z
    .strictObject({
      labels,
      runbook: z
        .string()
        .regex(/^https?:\/\/\S+$/, "must be a URL")
        .meta({ remedy: "write where your people find docs/alerts.md, such as https://wiki.example.com/triton-bert" })
        .optional()
        .describe(
          "URL at which your people find docs/alerts.md; each alert links to its heading there. Default: no link.",
        ),
      queueTime: timeAboveZero
        .optional()
        .describe(
          `A request that waits longer in Triton's queues, on average over 5 minutes, is an alert. Default: ${QUEUE_TIME.cpu}ms, with a GPU ${QUEUE_TIME.gpu}ms.`,
        ),
      failurePercent: z
        .number()
        .min(0.01)
        .max(100)
        .default(5)
        .describe(
          "Percent of requests that fail by a fault of the server, over 5 minutes, above which there is an alert.",
        ),
      refusalPercent: z
        .number()
        .min(0.01)
        .max(100)
        .default(1)
        .describe(
          "Percent of requests that are refused because too many wait, over 5 minutes, above which there is an alert.",
        ),
    })
    .optional()
    .describe("PrometheusRule of the Prometheus operator; docs/alerts.md lists its alerts. Default: none."),
  dashboard: z
    .strictObject({
      labels: addedLabels()
        .default({ grafana_dashboard: "1" })
        .describe("Labels by which Grafana's sidecar finds the ConfigMap."),
      annotations: addedAnnotations(z.string())
        .default({})
        .describe("Annotations of the ConfigMap, such as the sidecar's grafana_folder."),
    })
    .optional()
    .describe("Grafana dashboard in a ConfigMap. Default: none."),
  logSlowerThan: time
    .default("1s")
    .describe("Requests that take longer are logged, with their id and time, never their text. 0s: all are."),
});

export type MonitoringOptions = z.output<typeof monitoringOptions>;
export type AlertOptions = NonNullable<MonitoringOptions["alerts"]>;

/** Milliseconds of a time that `monitoringOptions` accepts. */
export function milliseconds(text: string): number {
  const [, amount = "", unit = ""] = /^([\d.]+)(ms|s)$/.exec(text) ?? [];
  return Number(amount) * (unit === "s" ? 1000 : 1);
}
