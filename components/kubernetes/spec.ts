/** What this folder reads of a model and its stack: its own options, parsed, and those of the server. */
import type { ServerSpec } from "../server/spec";
import type { MonitoringOptions } from "./monitoring/options";
import type { ClusterOptions, DisruptionOptions, PlacementOptions, ServiceOptions } from "./options";
import type { AutoscalingOptions } from "./scaling/options";

/** The slice of a model's and a stack's options that this folder reads. */
export interface ObjectsSpec extends ServerSpec {
  readonly namespace: string;
  readonly namePrefix: string;
  readonly replicas?: number | undefined;
  readonly autoscaling: AutoscalingOptions;
  readonly placement: PlacementOptions;
  readonly disruption: DisruptionOptions;
  readonly service: ServiceOptions;
  readonly monitoring: MonitoringOptions;
  readonly podOverrides?: Readonly<Record<string, unknown>> | undefined;
  readonly cluster?: ClusterOptions | undefined;
}
