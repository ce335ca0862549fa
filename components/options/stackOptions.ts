/** Joins what is said once for a stack with the options of each model. Nothing is said here but the order; the text of an
 *  option stands beside the code that uses it. Out: the schema of all `triton-bert:` keys, and that of the args of one
 *  TritonBertService. */
import { z } from "zod";
import { credentialOptions } from "../image/credentials";
import { buildOptions } from "../image/options";
import { type RegistryOptions, registryOptions } from "../image/registries/kinds";
import { clusterOptions, namePrefixOptions, namespaceOptions } from "../kubernetes/options";
import { MODEL_KEY, MODEL_KEY_RULE } from "../shared/names";
import { modelOptions } from "./modelOptions";

/** Namespace of our config keys. Said in code, so that a project may be renamed. */
export const CONFIG_NAMESPACE = "triton-bert";

const credentials = z
  .record(z.string().regex(MODEL_KEY, MODEL_KEY_RULE), credentialOptions.describe("A token or a login, encrypted."))
  .default({})
  .meta({ remedy: "choose a name such as hf-readonly" })
  .describe(
    "Name → one kind of credential, { token } or { username, password }. The only place where a secret may stand; options refer to it by name. " +
      "Set with: pulumi config set --secret --path 'triton-bert:credentials.<name>.<field>'. " +
      "Check that every secret is encrypted (secure: …); Pulumi does not report a plain-text one next to an encrypted one.",
  );

/** What all services of a stack share, and each takes among its args. */
const shared = {
  namespace: namespaceOptions,
  namePrefix: namePrefixOptions,
  registry: registryOptions.describe("Where images are pushed to and pulled from."),
  build: buildOptions.prefault({}).describe("Where images are built from."),
  credentials,
};

/** Args of one TritonBertService. */
export const serviceArgs = z.strictObject({
  ...modelOptions.shape,
  ...shared,
  cluster: clusterOptions
    .optional()
    .describe(
      "Cluster that `up` asks what keeps pods from starting, and whether the autoscaler has a metric value. Default: none is asked.",
    ),
});

/** Every `triton-bert:` key of a stack's config but `defaults` and `models`. */
export const stackOnlyOptions = z.strictObject({
  cluster: clusterOptions.describe("Which cluster; always named, so that nothing is deployed by accident."),
  ...shared,
});

/** Texts of the two keys that hold models. */
export const DEFAULTS_TEXT =
  "Any field of a model, for all models. Plain groups merge field by field under a model's own; choices (exactly one " +
  "of), lists and free maps are taken whole from the model if it names them. `null` in a model is as if `defaults` did " +
  "not say it: a model without a GPU says `gpu: null`.";
export const MODELS_TEXT = `Model's key → its options. The key names every object of the service for ever; it ${MODEL_KEY_RULE}.`;

/** All keys; `defaults` and `models` are checked apart, since a model is only complete with the defaults under it. */
export const stackKeys = [...Object.keys(stackOnlyOptions.shape), "defaults", "models"];

/** A legal key of `models`. */
export const modelKey = z
  .string()
  .regex(MODEL_KEY, MODEL_KEY_RULE)
  .meta({ remedy: "choose a key such as sentiment or sentiment-ru" });

export type StackOnly = z.output<typeof stackOnlyOptions>;

/** What stands for options that must be said and could not be read, in the search for other problems. */
export const UNREAD_MODEL: z.output<typeof modelOptions>["model"] = {};
export const UNREAD_REGISTRY: RegistryOptions = {};
export const UNREAD_CLUSTER: z.output<typeof clusterOptions> = {};

/** One service, validated, with every default filled in. */
export type ServiceSpec = z.output<typeof serviceArgs>;
