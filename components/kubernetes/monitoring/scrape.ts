/** How Prometheus finds the pods. In: the option `monitoring.scrape`. Out: a PodMonitor, a ServiceMonitor, or annotations of the
 *  pods. Source: prometheus-operator, "API reference". */
import { PORTS, selectorLabels } from "../../shared/names";
import { type KubernetesSite, metadata } from "../metadata";
import type { MonitoringOptions } from "./options";

type Scrape = MonitoringOptions["scrape"];

/** Which Prometheus reads them is a custom of the field, not of Prometheus: its example config, and charts after it. */
export function scrapeAnnotations({ annotations }: Scrape): Record<string, string> {
  if (annotations === undefined) return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(PORTS.metrics),
    "prometheus.io/path": "/metrics",
  };
}

export function monitorArgs(site: KubernetesSite, { podMonitor, serviceMonitor }: Scrape) {
  const options = podMonitor ?? serviceMonitor;
  if (options === undefined) return undefined;
  const endpoints = [{ port: "metrics", interval: `${options.intervalSeconds}s` }];
  const selector = { matchLabels: selectorLabels(site.names.object) };
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: podMonitor === undefined ? "ServiceMonitor" : "PodMonitor",
    metadata: metadata(site, { labels: options.labels }),
    spec: podMonitor === undefined ? { selector, endpoints } : { selector, podMetricsEndpoints: endpoints },
  };
}
