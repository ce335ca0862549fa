/** What a user may say about the images, but for where model and tokenizer come from: what they must answer, where the images are
 *  built from. Each option's text, type, unit, bound and default stand here once. */
import { z } from "zod";
import { exactlyOneOf } from "../shared/exactlyOneOf";
import { imageReference } from "../shared/imageReference";
import { plainUrl } from "./plainUrl";

export const labelsOptions = exactlyOneOf({
  inline: z
    .record(z.string().regex(/^\d+$/, "must be a class number"), z.string().min(1))
    .refine((labels) => Object.keys(labels).length > 0, "has no label")
    .meta({ remedy: "write class number: label, from 0, such as { 0: neutral, 1: distress }" })
    .describe("Class number → label."),
  file: z.string().min(1).describe("JSON file, relative to the project: class number → label."),
});

export const qualityGateOptions = z.strictObject({
  maxLogitDifference: z
    .number()
    .positive()
    .max(1)
    .default(1e-3)
    .describe(
      "Largest absolute difference to the original model's logits on the built-in texts; a model above it is refused.",
    ),
  labelAgreement: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe(
      "With precision fp16 or int8: minimum share of texts that get the same label as in fp32, or the same labels; a model below it is refused. So is one that gives so many texts the same label anyway, of which it would prove nothing; with fp16 only if a score moves by more than 0.02 too. 0 skips the check.",
    ),
  texts: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File of your own texts for labelAgreement, one on each line, relative to the project; what is in it is never logged. Default: built-in English sentences.",
    ),
});

export const exampleOptions = z
  .strictObject({
    text: z.string().regex(/\S/, "must not be empty").describe("A text to send."),
    predicts: z
      .string()
      .min(1)
      .optional()
      .meta({ remedy: "write one label; a list of them goes under labels" })
      .describe("With textClassification: the label it must get."),
    labels: z
      .array(z.string().min(1).meta({ remedy: "write a label" }))
      .optional()
      .describe("With multiLabelClassification: all labels that it must get, in any order, and no other; [] for none."),
    minScore: z
      .number()
      .optional()
      .describe(
        "The least score it must get, 0 to 1, for each of several labels; of a regression the least number, any. Default: any.",
      ),
  })
  .meta({ typeName: "Example" });

export const apiNameOptions = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be letters, digits, . _ or -, the first a letter or digit")
  .meta({ remedy: "choose a name such as sentiment or ensemble_model" })
  .describe(
    "Name in the URL /v2/models/<apiName>/infer. Default: the model's key; old clients that name no model need ensemble_model.",
  );

export const tagOptions = z
  .string()
  .regex(/^[\w][\w.-]{0,99}$/, "must be a legal image tag of at most 100 characters")
  .meta({ remedy: "use letters, digits, . _ or -, such as latest or v1.2" })
  .default("latest")
  .describe("First part of the server image's tag; a hash of the content follows.");

export const imageOptions = z.strictObject({
  pin: z
    .enum(["tag", "digest"])
    .default("tag")
    .describe(
      "How the pod names its image. tag: known at preview. digest: immune to a moved tag, but unknown until the image is pushed.",
    ),
  attempt: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe(
      "Number of the build, part of both images' hashes. Raise it to build and push both under new tags: where the registry refuses to overwrite a tag that it has, or has lost an image (docs/registries.md).",
    ),
});

/** Where images are built from; said once for a stack. */
export const buildOptions = z.strictObject({
  base: imageReference
    .default("python:3.11-slim-bookworm")
    .describe("Base image of the export stage, and of the server where `server: { pypi: {} }`."),
  packageIndex: plainUrl
    .optional()
    .describe("Python package index for both builds, torch included. Default: pip's own."),
  torchCpuWheels: z
    .boolean()
    .default(true)
    .describe(
      "Take torch from the PyTorch project's index of CPU wheels (gigabytes less). Without effect beside packageIndex.",
    ),
  ca: z
    .string()
    .optional()
    .describe("PEM file, relative to the project, with a private CA that the builds shall trust."),
  hubEndpoint: plainUrl.optional().describe("Mirror of the Hugging Face Hub. Default: the Hub."),
  proxy: z
    .strictObject({
      http: plainUrl.optional().describe("HTTP_PROXY for the builds."),
      https: plainUrl.optional().describe("HTTPS_PROXY for the builds."),
      no: z.string().optional().describe("NO_PROXY for the builds."),
    })
    .optional()
    .describe("Proxy that the builds use. Default: none."),
});

export type ImageOptions = z.output<typeof imageOptions>;
export type LabelsOptions = z.output<typeof labelsOptions>;
export type QualityGateOptions = z.output<typeof qualityGateOptions>;
export type ExampleOptions = z.output<typeof exampleOptions>;
export type BuildOptions = z.output<typeof buildOptions>;
