/** The alerts as a PrometheusRule. In: what is watched. Out: its args, as plain data. Source: prometheus-operator, "API
 *  reference", PrometheusRule. */
import { metadata } from "../metadata";
import { ALERTS } from "./alerts";
import type { AlertOptions } from "./options";
import type { Watched } from "./watched";

export function prometheusRuleArgs(watched: Watched) {
  const { site, monitoring } = watched;
  if (monitoring.alerts === undefined) return undefined;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: metadata(site, { labels: monitoring.alerts.labels }),
    spec: { groups: [ruleGroup(watched, monitoring.alerts)] },
  };
}

function ruleGroup(watched: Watched, options: AlertOptions) {
  const { site } = watched;
  const rules = ALERTS.flatMap(({ name, severity, held, expression, summary, description }) => {
    const expr = expression(watched, options);
    if (expr === undefined) return [];
    const runbook = options.runbook === undefined ? {} : { runbook_url: `${options.runbook}#${name.toLowerCase()}` };
    return {
      alert: name,
      expr,
      for: held(watched),
      labels: { severity, namespace: site.namespace, service: site.names.object },
      annotations: { summary: `${site.names.object}: ${summary}`, description, ...runbook },
    };
  });
  return { name: `triton-bert.${site.namespace}.${site.names.object}`, rules };
}
