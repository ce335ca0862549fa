/** The model image: fetch, export to ONNX, parity, quality report; nothing of serving, so a change of serving knobs or
 *  of a label exports nothing again. Its logical name carries its hash, so it is only ever created, never updated: an update would build with
 *  the credentials that `ignoreChanges` keeps. In: the model's sources and gate. Out: the plan, then the image. */
import type * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../shared/canonicalJson";
import type { Owner } from "../shared/child";
import type { Locate } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { credentialJson } from "./credentials";
import { dockerImage, type ImagePlan, planImage } from "./imagePlan";
import type { ImageOptions, QualityGateOptions } from "./options";
import { exportFiles, taskFiles } from "./packageFolders";
import { type BuildSite, commonArgs } from "./site";
import type { Source } from "./storages/storage";
import { prepareSource, type SourceOptions } from "./storages/storages";
import { chosenTask, type TaskOptions } from "./tasks/tasks";

/** PyTorch, "Start Locally": the index of wheels without CUDA, which are gigabytes smaller. */
export const TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu";

/** Build arguments of the Dockerfile's stage `fetch`: each the JSON of the entry of `credentials` that the role's source names. */
const CREDENTIAL_ARGS = [
  ["model", "MODEL_CREDENTIAL"],
  ["tokenizer", "TOKENIZER_CREDENTIAL"],
] as const;

/** The options of a model that decide its export. */
export interface ExportOptions {
  readonly model: SourceOptions;
  readonly tokenizer?: SourceOptions | undefined;
  readonly task: TaskOptions;
  readonly qualityGate: Pick<QualityGateOptions, "maxLogitDifference">;
  readonly image: Pick<ImageOptions, "attempt">;
}

export interface ModelImagePlan extends ImagePlan {
  readonly tag: string;
  readonly attempt: number;
  readonly model: Source;
  readonly tokenizer?: Source;
}

export interface ModelImage {
  /** repository@sha256:… */
  readonly digest: pulumi.Output<string>;
}

export function planModelImage(site: BuildSite, options: ExportOptions): { plan: ModelImagePlan; problems: Problem[] } {
  const { projectFolder, build } = site;
  const task = chosenTask(options.task);
  const shared = { projectFolder, hubEndpoint: build.hubEndpoint };
  const model = prepareSource(options.model, { ...shared, role: "model" });
  const tokenizer = options.tokenizer && prepareSource(options.tokenizer, { ...shared, role: "tokenizer" });
  const spec = {
    model: model.source.spec,
    tokenizer: tokenizer?.source.spec,
    // the task's options and the rest of the gate are the server image's: they must export nothing again
    task: task.name,
    qualityGate: { maxLogitDifference: options.qualityGate.maxLogitDifference },
  };
  const storages = [spec.model, spec.tokenizer ?? {}].flatMap(Object.keys);
  const problems = [...model.problems, ...(tokenizer?.problems ?? [])];
  // What was refused can't be hashed.
  const files = new Map(
    problems.length > 0
      ? []
      : [
          ...exportFiles(storages),
          ...taskFiles(task.name, "model"),
          ...model.source.files,
          ...(tokenizer?.source.files ?? []),
          ...site.certificate,
          ["spec.json", { content: canonicalJson(spec) }] as const,
        ],
  );
  const plan = planImage(site, "model", files, modelArgs(site), options.image);
  return {
    plan: {
      ...plan,
      tag: `onnx-${plan.hash}`,
      attempt: options.image.attempt,
      model: model.source,
      ...(tokenizer === undefined ? {} : { tokenizer: tokenizer.source }),
    },
    problems,
  };
}

export function modelImage(owner: Owner, site: BuildSite, plan: ModelImagePlan, locate: Locate): ModelImage {
  const secrets = CREDENTIAL_ARGS.flatMap(([role, argument]): [string, pulumi.Output<string>][] => {
    const name = plan[role]?.credential;
    const entry = name === undefined ? undefined : site.credentials[name];
    return entry === undefined ? [] : [[argument, credentialJson(entry)]];
  });
  const image = dockerImage(owner, `model-image-${plan.hash}`, site, plan, plan.tag, Object.fromEntries(secrets), {
    // Always said, so that adding or dropping a credential is as quiet as rotating one.
    ignoreChanges: CREDENTIAL_ARGS.map(([, argument]) => `build.args.${argument}`),
    locate,
    attempt: plan.attempt,
    sources: plan,
  });
  return { digest: image.repoDigest };
}

function modelArgs(site: BuildSite): Record<string, string> {
  const { base, packageIndex, torchCpuWheels } = site.build;
  const torchIndex = packageIndex === undefined && torchCpuWheels ? TORCH_CPU_INDEX : "";
  return { BASE_IMAGE: base, TORCH_INDEX: torchIndex, ...commonArgs(site) };
}
