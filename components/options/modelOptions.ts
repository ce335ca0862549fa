/** Joins the rooms' slices into the options of one model. Nothing is said here but the order; the text, type, unit, bound
 *  and default of an option stand beside the code that uses it. */
import { z } from "zod";
import {
  apiNameOptions,
  exampleOptions,
  imageOptions,
  labelsOptions,
  qualityGateOptions,
  tagOptions,
} from "../image/options";
import { sourceOptions } from "../image/storages/storages";
import { taskOptions } from "../image/tasks/tasks";
import { monitoringOptions } from "../kubernetes/monitoring/options";
import {
  disruptionOptions,
  placementOptions,
  podOverridesOptions,
  replicasOptions,
  serviceOptions,
} from "../kubernetes/options";
import { autoscalingOptions } from "../kubernetes/scaling/options";
import {
  gpuOptions,
  precisionOptions,
  resourcesOptions,
  rolloutOptions,
  serverOptions,
  servingOptions,
  shmOptions,
} from "../server/options";
import { MODEL_KEY, MODEL_KEY_RULE } from "../shared/names";

export const modelOptions = z.strictObject({
  model: sourceOptions.describe("Where the model comes from."),
  tokenizer: sourceOptions.optional().describe("Where the tokenizer comes from. Default: from the model's own source."),
  labels: labelsOptions.optional().describe("Label of each class. Default: id2label of the model's config.json."),
  renamedFrom: z
    .string()
    .regex(MODEL_KEY, MODEL_KEY_RULE)
    .optional()
    .describe(
      "Key that this model had at first. What runs is not touched and keeps every name, apiName's default included: only the key here and in the outputs is new. Default: none.",
    ),
  apiName: apiNameOptions.optional(),
  task: taskOptions
    .prefault({ textClassification: {} })
    .describe("What the model does. Default: { textClassification: {} }."),
  tag: tagOptions,
  qualityGate: qualityGateOptions.prefault({}).describe("What a graph must hold to be shipped."),
  examples: z
    .array(exampleOptions)
    .default([])
    .describe("Texts with their right answers: checked when the image is built, and in every pod before it is Ready."),
  serving: servingOptions.prefault({}).describe("Batching and length."),
  precision: precisionOptions,
  server: serverOptions.prefault({ ngc: {} }).describe("Which Triton. Default: { ngc: {} }."),
  gpu: gpuOptions.optional().describe("GPU of each pod. Default: CPU only."),
  resources: resourcesOptions.prefault({}).describe("CPU and memory of each pod."),
  shm: shmOptions,
  image: imageOptions.prefault({}).describe("How the pod refers to its image."),
  replicas: replicasOptions,
  autoscaling: autoscalingOptions
    .prefault({ none: {} })
    .describe("Who decides the number of pods. Default: { none: {} }."),
  rollout: rolloutOptions.prefault({}).describe("Time to start and to stop."),
  placement: placementOptions.prefault({}).describe("Which nodes."),
  disruption: disruptionOptions.prefault({}).describe("Who may end a pod that is well."),
  service: serviceOptions.prefault({}).describe("The public Service, and who may call it."),
  monitoring: monitoringOptions.prefault({}).describe("Who watches: scraping, alerts, dashboard, log."),
  podOverrides: podOverridesOptions,
});

/** What a user writes for one model. */
export type ModelOptions = z.input<typeof modelOptions>;

/** One model, validated, with every default filled in. */
export type ModelSpec = z.output<typeof modelOptions>;
