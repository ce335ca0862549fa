/** What this folder reads of a model: its own options, parsed, and of the server's those that are built in. */
import type { ServerSpec } from "../server/spec";
import type { ExampleOptions, ImageOptions, LabelsOptions, QualityGateOptions } from "./options";
import type { SourceOptions } from "./storages/storages";
import type { TaskOptions } from "./tasks/tasks";

/** The slice of a model's options that this folder reads. */
export interface ImagesSpec extends Pick<ServerSpec, "precision" | "gpu"> {
  readonly model: SourceOptions;
  readonly tokenizer?: SourceOptions | undefined;
  readonly labels?: LabelsOptions | undefined;
  readonly apiName?: string | undefined;
  readonly task: TaskOptions;
  readonly tag: string;
  readonly qualityGate: QualityGateOptions;
  readonly examples: readonly ExampleOptions[];
  readonly image: ImageOptions;
}
