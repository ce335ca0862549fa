/** What is watched, and how: all that the files of this folder need to know. */
import { scalerOf } from "../scaling/options";
import type { Scaled } from "../scaling/scaled";
import { podMatchers, SIGNALS, servedBy } from "../scaling/signals";
import type { MonitoringOptions } from "./options";

export interface Watched extends Omit<Scaled, "path"> {
  readonly monitoring: MonitoringOptions;
  /** There is a GPU that tells how busy it is. */
  readonly gpuMetrics: boolean;
  /** Seconds that a pod may take until its golden examples are answered rightly. */
  readonly startupSeconds: number;
}

/** Label matchers of the service's pods, in PromQL, without braces. */
export const podsOf = ({ site }: Watched): string => podMatchers(site.names.object, site.namespace);

/** Microseconds that a request waits on average over `window`, as the autoscaler sees it. */
export const queueTime = (watched: Watched, window: string): string =>
  SIGNALS.queueTime.query({ pods: podsOf(watched), apiName: watched.apiName, window, by: "" });

/** Matchers of the public model's series: each request counts there once, in every pipeline. */
export const publicModel = (watched: Watched): string => `${podsOf(watched)},model="${watched.apiName}"`;

/** Matchers of the series of all models that its requests go through. */
export const itsModels = (watched: Watched): string => `${podsOf(watched)},${servedBy(watched.apiName)}`;

/** The autoscaler's bounds; undefined without one. */
export function boundsOf({ options }: Watched): { min: number; max: number } | undefined {
  return scalerOf(options)?.scaler;
}
