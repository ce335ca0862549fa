/** Options of the images that contradict each other or the wire format. In: what could be read of them; what
 *  could not, or is not said, blames nothing. Out: problems. Pure: files are looked at by the plan. */
import { wireContract } from "../shared/contract";
import type { Problem } from "../shared/problems";
import { relativeProblems } from "./contextFiles";
import type { Credentials } from "./credentials";
import { exampleProblems } from "./examples";
import { labelProblems, labelsInOrder } from "./labels";
import type { BuildOptions } from "./options";
import { type RegistryOptions, registryProblems } from "./registries/kinds";
import type { ImagesSpec } from "./spec";
import { sourceProblems } from "./storages/storages";
import { unknownLabels } from "./unknownLabels";

type Said = Partial<ImagesSpec>;

/** Of the model whose objects are called `service`. */
export function imageProblems(service: string, said: Said): Problem[] {
  return [
    ...apiNameProblems(service, said),
    ...inlineLabelProblems(said),
    ...exampleProblems(said),
    ...sourceProblems("model", said.model),
    ...sourceProblems("tokenizer", said.tokenizer),
    ...relativeProblems(said.labels?.file, ["labels", "file"]),
    ...relativeProblems(said.qualityGate?.texts, ["qualityGate", "texts"]),
  ];
}

interface SaidOfSite {
  readonly registry?: RegistryOptions;
  readonly build?: BuildOptions;
}

/** Of where images are built and pushed, which is said once for all services of a stack. `credentials` is undefined where they
 *  could not be read. */
export function siteProblems({ registry, build }: SaidOfSite, credentials: Credentials | undefined): Problem[] {
  return [
    ...relativeProblems(build?.ca, ["build", "ca"]),
    ...(registry ? registryProblems(registry, credentials ?? {}) : []),
  ];
}

function apiNameProblems(service: string, { apiName = service }: Said): Problem[] {
  const taken = Object.values(wireContract().roles);
  if (!taken.includes(apiName)) return [];
  const because = "the server's repository has a model of this name for its own use";
  return [{ path: ["apiName"], got: apiName, because, remedy: `choose a name other than ${taken.join(", ")}` }];
}

function inlineLabelProblems(said: Said): Problem[] {
  const inline = said.labels?.inline;
  if (inline === undefined) return [];
  const wrong = labelProblems(inline, (label) => ["labels", "inline", ...label]);
  return [...wrong, ...unknownLabels(said, labelsInOrder(inline), "labels.inline")];
}
