/** What is scaled, and how: all that the files of this folder need to know. */
import type { Path } from "../../shared/paths";
import type { KubernetesSite } from "../metadata";
import type { AutoscalingOptions } from "./options";

export interface Scaled {
  readonly site: KubernetesSite;
  readonly options: AutoscalingOptions;
  /** Where `options` stand in the user's config. */
  readonly path: Path;
  /** The public model. */
  readonly apiName: string;
  readonly device: "cpu" | "gpu";
}
