/** The server image: a Triton base, the model image's graph and tokenizer, the rendered repository with the user's labels over the
 *  model's own, and the golden examples that its build has asked it. It takes the model image by digest, since a local tag may be a stale one. In: the model
 *  image and the options of serving. Out: the plan, whose name is known at preview, then the image. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Precision } from "../server/options";
import type { ServerChoice } from "../server/supportMatrix";
import { canonicalJson } from "../shared/canonicalJson";
import type { Owner } from "../shared/child";
import type { Locate } from "../shared/paths";
import type { ContextFiles } from "./contextFiles";
import { dockerImage, type ImagePlan, planImage } from "./imagePlan";
import type { ModelImage, ModelImagePlan } from "./modelImage";
import type { ImageOptions } from "./options";
import { serverFiles, taskFiles } from "./packageFolders";
import { type ServerSpecOptions, serverSpec } from "./serverSpec";
import { type BuildSite, commonArgs } from "./site";
import { chosenTask } from "./tasks/tasks";

/** The options of a model that decide its server image. */
export interface ServeOptions extends ServerSpecOptions {
  readonly tag: string;
  readonly image: ImageOptions;
  readonly precision: Precision;
  readonly qualityGate: { readonly labelAgreement: number };
  /** What int8 is held against: gateTexts and gateDecision. */
  readonly gate: ContextFiles;
}

export interface ServerImagePlan extends ImagePlan {
  readonly tag: string;
  /** repository:tag */
  readonly name: string;
  readonly pin: ImageOptions["pin"];
}

export interface ServerImage {
  readonly image: docker.Image;
  /** repository:tag */
  readonly name: string;
  /** repository@sha256:… */
  readonly digest: pulumi.Output<string>;
  /** What the pod refers to it by. */
  readonly reference: pulumi.Input<string>;
}

export function planServerImage(
  site: BuildSite,
  options: ServeOptions,
  choice: ServerChoice,
  model: ModelImagePlan,
): ServerImagePlan {
  const { serving, task, precision, qualityGate, gate } = options;
  const files: ContextFiles = new Map([
    ...serverFiles(choice.flavour),
    ...taskFiles(chosenTask(task).name, "server"),
    ...site.certificate,
    ...(choice.flavour === "pypi" ? gate : []),
    ["spec.json", { content: canonicalJson(serverSpec(options, choice.onnxBackend)) }],
  ]);
  const base = choice.baseImage ?? site.build.base;
  const args = {
    FLAVOUR: choice.flavour,
    BASE_IMAGE: base,
    ...(choice.flavour === "ngc" ? { MIN_IMAGE: `${base}-min` } : {}),
    ...commonArgs(site),
    ...(serving.inProcess ? { GRAPH: "rewritten", GRAPH_MODEL: options.apiName } : {}),
    ...(precision === "int8" ? { PRECISION: precision, LABEL_AGREEMENT: String(qualityGate.labelAgreement) } : {}),
  };
  const plan = planImage(site, "server", files, args, model.hash);
  const tag = `${options.tag}-${plan.hash}`;
  return { ...plan, tag, name: `${site.registry.repository(site.model)}:${tag}`, pin: options.image.pin };
}

export function serverImage(
  owner: Owner,
  site: BuildSite,
  plan: ServerImagePlan,
  model: ModelImage,
  locate: Locate,
): ServerImage {
  const image = dockerImage(owner, "server-image", site, plan, plan.tag, { MODEL_IMAGE: model.digest }, { locate });
  const digest = image.repoDigest;
  return { image, name: plan.name, digest, reference: plan.pin === "digest" ? digest : plan.name };
}
