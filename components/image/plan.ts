/** The two images of a model. In: the model's own options of them, the server's plan, and where they are built. Out: their
 *  contents, arguments and names, all known at preview. The user's files are read, and nothing is written. */
import type { ServerPlan } from "../server/plan";
import type { Draft } from "../shared/draft";
import type { Locate } from "../shared/paths";
import { gateDecision } from "./gateDecision";
import { gateTexts } from "./gateTexts";
import { labelsInOrder, readLabels } from "./labels";
import { type ModelImagePlan, planModelImage } from "./modelImage";
import { planServerImage, type ServerImagePlan } from "./serverImage";
import type { BuildSite } from "./site";
import type { ImagesSpec } from "./spec";
import { unknownLabels } from "./unknownLabels";

export interface ImagesPlan {
  readonly site: BuildSite;
  /** Name of the public model. */
  readonly apiName: string;
  readonly model: ModelImagePlan;
  readonly server: ServerImagePlan;
  /** Where the user wrote what only the server image's build can judge. */
  readonly locate: Locate;
}

export function planImages(spec: ImagesSpec, server: ServerPlan, site: BuildSite): Draft<ImagesPlan> {
  const model = planModelImage(site, spec);
  const { labels, problems: labelProblems } = readLabels(spec.labels, site.projectFolder);
  const ofFile =
    spec.labels?.file !== undefined && labels ? unknownLabels(spec, labelsInOrder(labels), "labels.file") : [];
  // Only what rounds is held against them: naming them for all models moves no other image.
  const isGated = spec.precision !== "fp32";
  const texts = gateTexts(spec.qualityGate.texts, isGated, site.projectFolder);
  const gate = new Map([...texts.files, ...gateDecision(isGated ? spec.task : undefined, labels)]);
  const apiName = spec.apiName ?? site.model;
  const serve = { ...spec, ...server, apiName, labels, gate, gpuCount: spec.gpu?.count };
  return {
    plan: {
      site,
      apiName,
      model: model.plan,
      server: planServerImage(site, serve, server.choice, model.plan),
      locate: (path) => path,
    },
    problems: [
      ...(site.registry.modelProblems?.(site.model) ?? []),
      ...model.problems,
      ...labelProblems,
      ...ofFile,
      ...texts.problems,
    ],
    warnings: [],
  };
}
