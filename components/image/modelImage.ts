/** The model image: fetch, export to ONNX, parity, quality report; nothing of serving, so a change of serving knobs exports
 *  nothing again. Its logical name carries its hash, so it is only ever created, never updated: an update would build with
 *  the token that `ignoreChanges` keeps. In: the model's sources, labels and gate. Out: the plan, then the image. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../canonicalJson";
import type { Owner } from "../child";
import type { Problem } from "../problems";
import { dockerImage, type ImagePlan, planImage } from "./imagePlan";
import { readLabels } from "./labels";
import type { LabelsOptions, QualityGateOptions, SourceOptions } from "./options";
import { certificate, exportFiles } from "./packageFolders";
import { type Credentials, unknownCredential } from "./registries/generic";
import { type BuildSite, commonArgs } from "./site";
import { prepareSource, type Source } from "./sources";

/** PyTorch, "Start Locally": the index of wheels without CUDA, which are gigabytes smaller. */
export const TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu";

/** The options of a model that decide its export. */
export interface ExportOptions {
  readonly model: SourceOptions;
  readonly tokenizer?: SourceOptions | undefined;
  readonly labels?: LabelsOptions | undefined;
  readonly task: string;
  readonly qualityGate: QualityGateOptions;
}

export interface ModelImagePlan extends ImagePlan {
  readonly tag: string;
  /** Name of the entry of `credentials` that the build fetches with. */
  readonly credential?: string;
  readonly model: Source;
  readonly tokenizer?: Source;
}

export interface ModelImage {
  readonly image: docker.Image;
  readonly hash: string;
  readonly tag: string;
  /** repository@sha256:… */
  readonly digest: pulumi.Output<string>;
}

export function planModelImage(
  site: BuildSite,
  options: ExportOptions,
  credentials: Credentials,
): { plan: ModelImagePlan; problems: Problem[] } {
  const path = `models.${site.model}`;
  const { projectFolder, build } = site;
  const shared = { projectFolder, hubEndpoint: build.hubEndpoint };
  const model = prepareSource(options.model, { ...shared, role: "model", path: `${path}.model` });
  const tokenizer =
    options.tokenizer && prepareSource(options.tokenizer, { ...shared, role: "tokenizer", path: `${path}.tokenizer` });
  const { labels, problems: labelProblems } = readLabels(options.labels, projectFolder, `${path}.labels`);
  const ca = certificate(site);
  const spec = {
    model: model.source.spec,
    tokenizer: tokenizer?.source.spec,
    labels,
    task: options.task,
    qualityGate: options.qualityGate,
  };
  const secret = oneCredential(model.source, tokenizer?.source, credentials);
  const problems = [
    ...model.problems,
    ...(tokenizer?.problems ?? []),
    ...labelProblems,
    ...ca.problems,
    ...secret.problems,
  ];
  // What was refused can't be hashed; the plan is then never used, for the problems are thrown.
  const files = new Map(
    problems.length > 0
      ? []
      : [
          ...exportFiles(),
          ...model.source.files,
          ...(tokenizer?.source.files ?? []),
          ...ca.files,
          ["spec.json", { content: canonicalJson(spec) }] as const,
        ],
  );
  const plan = planImage(site, "model", files, modelArgs(site));
  return {
    plan: {
      ...plan,
      tag: `onnx-${plan.hash}`,
      model: model.source,
      ...(tokenizer === undefined ? {} : { tokenizer: tokenizer.source }),
      ...(secret.name === undefined ? {} : { credential: secret.name }),
    },
    problems,
  };
}

export function modelImage(owner: Owner, site: BuildSite, plan: ModelImagePlan, credentials: Credentials): ModelImage {
  const token = plan.credential === undefined ? undefined : credentials[plan.credential];
  const secret: Record<string, pulumi.Input<string>> = token === undefined ? {} : { HF_TOKEN: pulumi.secret(token) };
  const image = dockerImage(owner, `model-image-${plan.hash}`, site, plan, plan.tag, secret, {
    // Always said, so that adding or dropping a credential is as quiet as rotating one.
    ignoreChanges: ["build.args.HF_TOKEN"],
  });
  return { image, hash: plan.hash, tag: plan.tag, digest: image.repoDigest };
}

function modelArgs(site: BuildSite): Record<string, string> {
  const { base, packageIndex, torchCpuWheels } = site.build;
  const torchIndex = packageIndex === undefined && torchCpuWheels ? TORCH_CPU_INDEX : "";
  return { BASE_IMAGE: base, TORCH_INDEX: torchIndex, ...commonArgs(site) };
}

/** A build gets one token, as the exporter reads one. */
function oneCredential(
  model: Source,
  tokenizer: Source | undefined,
  credentials: Credentials,
): { name?: string; problems: Problem[] } {
  const named = [model.credential, tokenizer?.credential].filter((credential) => credential !== undefined);
  const known = Object.keys(credentials);
  const unknown = named.filter(({ name }) => credentials[name] === undefined);
  const problems = unknown.map(({ name, path }) => unknownCredential(path, name, known));
  const [first, second] = named;
  if (first !== undefined && second !== undefined && first.name !== second.name) {
    problems.push({
      path: second.path,
      got: second.name,
      because: `${first.path} is ${JSON.stringify(first.name)}, and one export uses one token`,
      remedy: "name a credential that may read both repositories in both places",
    });
  }
  return { ...(first === undefined ? {} : { name: first.name }), problems };
}
