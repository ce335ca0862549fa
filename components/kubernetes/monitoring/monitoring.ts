/** Who watches a service. In: what is watched. Out: its monitor, alerts and dashboard, as far as they are asked for. */
import * as k8s from "@pulumi/kubernetes";
import { child, type Owner } from "../../shared/child";
import { dashboardArgs } from "./dashboard";
import { prometheusRuleArgs } from "./prometheusRule";
import { monitorArgs } from "./scrape";
import type { Watched } from "./watched";

/** Makes the children. */
export function monitoring(owner: Owner, watched: Watched): void {
  const monitor = monitorArgs(watched.site, watched.monitoring.scrape);
  const rule = prometheusRuleArgs(watched);
  const dashboard = dashboardArgs(watched);
  if (monitor !== undefined) child(k8s.apiextensions.CustomResource, owner, "monitor", monitor);
  if (rule !== undefined) child(k8s.apiextensions.CustomResource, owner, "alerts", rule);
  if (dashboard !== undefined) child(k8s.core.v1.ConfigMap, owner, "dashboard", dashboard);
}
