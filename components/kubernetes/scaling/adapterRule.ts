/** The rule by which prometheus-adapter makes a Pods metric. In: the signal, and the public model. Out: the metric's name, and
 *  the rule. It names no namespace and no pod: the adapter fills them in (`<<.LabelMatchers>>`), so that one rule
 *  serves each service whose model has this name, and rules of others stand beside it.
 *  Source: prometheus-adapter, "Metrics Discovery and Presentation Configuration". */
import { stringify } from "yaml";
import type { PodsMetricOptions } from "./options";
import { SIGNALS } from "./signals";

export function podsMetricName({ metric, signal }: PodsMetricOptions, apiName: string): string {
  return metric ?? `${SIGNALS[signal].metric}_${apiName.toLowerCase().replace(/[^a-z0-9]/g, "_")}`;
}

/** The rule in YAML: an entry of `rules:`. */
export const adapterRuleText = (options: PodsMetricOptions, apiName: string): string =>
  stringify([adapterRule(options, apiName)], { lineWidth: 0 });

function adapterRule(options: PodsMetricOptions, apiName: string) {
  const { signal, windowSeconds } = options;
  const { seed, query } = SIGNALS[signal];
  return {
    seriesQuery: `${seed}{namespace!="",pod!="",model="${apiName}"}`,
    resources: { overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } } },
    name: { matches: "", as: podsMetricName(options, apiName) },
    metricsQuery: query({ pods: "<<.LabelMatchers>>", apiName, window: `${windowSeconds}s`, by: " by (<<.GroupBy>>)" }),
  };
}
