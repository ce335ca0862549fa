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
import { type GraphKind, serverFiles, taskFiles } from "./packageFolders";
import { MODEL_IMAGE } from "./registryFaults";
import { type ServerSpecOptions, serverSpec } from "./serverSpec";
import { type BuildSite, commonArgs } from "./site";
import { chosenTask } from "./tasks/tasks";

/** The options of a model that decide its server image. */
export interface ServeOptions extends ServerSpecOptions {
  readonly tag: string;
  readonly image: ImageOptions;
  readonly precision: Precision;
  readonly qualityGate: { readonly labelAgreement: number };
  /** What fp16 and int8 are held against: gateTexts and gateDecision. */
  readonly gate: ContextFiles;
}

export interface ServerImagePlan extends ImagePlan {
  readonly tag: string;
  /** repository:tag */
  readonly name: string;
  readonly pin: ImageOptions["pin"];
  readonly attempt: number;
}

export interface ServerImage {
  readonly image: docker.Image;
  /** repository:tag */
  readonly name: string;
  /** repository@sha256:… */
  readonly digest: pulumi.Output<string>;
  /** ImageOptions.attempt. */
  readonly attempt: number;
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
  const { flavour, onnxBackend } = choice;
  const graph = graphKind(options);
  const files: ContextFiles = new Map([
    ...serverFiles({ flavour, onnxBackend, graph }),
    ...taskFiles(chosenTask(task).name, "server"),
    ...site.certificate,
    ...(graph === "exported" ? [] : gate),
    ["spec.json", { content: canonicalJson(serverSpec(options, onnxBackend)) }],
  ]);
  const args = {
    FLAVOUR: flavour,
    BASE_IMAGE: choice.baseImage ?? site.build.base,
    TOOLS_IMAGE: site.build.base,
    ...(onnxBackend === "onnxruntime" ? { BACKENDS: "python onnxruntime" } : {}),
    ...commonArgs(site),
    ...(graph === "exported" ? {} : { GRAPH: graph }),
    ...(serving.inProcess ? { GRAPH_MODEL: options.apiName } : {}),
    ...(precision !== "fp32" ? { PRECISION: precision, LABEL_AGREEMENT: String(qualityGate.labelAgreement) } : {}),
  };
  const plan = planImage(site, "server", files, args, { upstream: model.hash });
  const tag = `${options.tag}-${plan.hash}`;
  return { ...plan, tag, name: `${site.registry.repository(site.model)}:${tag}`, ...options.image };
}

function graphKind({ serving, gpuCount }: ServeOptions): GraphKind {
  if (gpuCount !== undefined) return "gpu";
  return serving.inProcess ? "rewritten" : "exported";
}

export function serverImage(
  owner: Owner,
  site: BuildSite,
  plan: ServerImagePlan,
  model: ModelImage,
  locate: Locate,
): ServerImage {
  const { name, attempt } = plan;
  const late = { [MODEL_IMAGE]: model.digest };
  const image = dockerImage(owner, "server-image", site, plan, plan.tag, late, { locate, attempt });
  const digest = image.repoDigest;
  return { image, name, digest, attempt, reference: plan.pin === "digest" ? digest : name };
}
