/** What this folder reads of a model: its own options, parsed. */
import type { GpuOptions, Precision, ResourcesOptions, RolloutOptions, ServerOptions, ServingOptions } from "./options";

/** The slice of a model's options that this folder reads. */
export interface ServerSpec {
  readonly server: ServerOptions;
  readonly gpu?: GpuOptions | undefined;
  readonly serving: ServingOptions;
  readonly precision: Precision;
  readonly rollout: RolloutOptions;
  readonly resources: ResourcesOptions;
  readonly shm?: string | undefined;
}
