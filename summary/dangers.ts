/** What a reviewer must not miss. In: a model, and what its rollout is. Out: words for each danger, the worst first. */
import { qualityGateOptions } from "../components/image/options";
import { isOldExport, type Model } from "./models";
import { examplesOf } from "./options";
import type { Inputs, Step } from "./preview";
import type { Rollout } from "./rollout";

/** How a danger is told: what it is, then of which models. */
export function dangersOf(model: Model, rollout: Rollout | undefined): string[] {
  if (model.op === "delete") return ["removed, and its address with it"];
  return [
    ...doomed(model, "delete", "deletes"),
    ...doomed(model, "replace", "replaces"),
    ...(rollout?.downtime === undefined ? [] : [`downtime: ${rollout.downtime}`]),
    ...insecure(model),
    ...loosened(model),
    ...fewerExamples(model),
  ];
}

/** Of what belongs to no model. */
export const dangersOfOther = ({ op, type }: Step): string[] => {
  if (op === "delete") return [`deleted (${type})`];
  return op === "replace" ? [`replaced (${type})`] : [];
};

function doomed(model: Model, op: "delete" | "replace", verb: string): string[] {
  const roles = model.children.filter((child) => child.op === op && !isOldExport(child, model)).map(({ role }) => role);
  return roles.length === 0 ? [] : [`${verb} ${roles.join(", ")}`];
}

function insecure({ op, options: { old, new: now } }: Model): string[] {
  const isUnknown = op !== "create" && old === undefined;
  if (isUnknown || at(now, ALLOW) !== true || at(old, ALLOW) === true) return [];
  return [`${ALLOW.join(".")}: a release with known CVEs is accepted`];
}

const ALLOW = ["server", "ngc", "allowInsecureRelease"];

function loosened({ options: { old, new: now } }: Model): string[] {
  if (old === undefined || now === undefined) return [];
  const { maxLogitDifference, labelAgreement } = qualityGateOptions.shape;
  const [before, after] = [gate(old), gate(now)];
  const wider =
    bound(maxLogitDifference, after.maxLogitDifference) > bound(maxLogitDifference, before.maxLogitDifference);
  const lower = bound(labelAgreement, after.labelAgreement) < bound(labelAgreement, before.labelAgreement);
  return [
    ...(wider ? ["gate loosened: qualityGate.maxLogitDifference is higher"] : []),
    ...(lower ? ["gate loosened: qualityGate.labelAgreement is lower"] : []),
    ...(before.texts !== undefined && after.texts === undefined ? ["gate loosened: no texts of its own any more"] : []),
  ];
}

const gate = (options: Inputs): Inputs => (at(options, ["qualityGate"]) ?? {}) as Inputs;

/** With the default where nobody wrote one. */
function bound(option: { safeParse(value: unknown): { data?: number | undefined } }, value: unknown): number {
  return option.safeParse(value).data ?? Number.NaN;
}

function fewerExamples(model: Model): string[] {
  const { removed, loosened } = examplesOf(model);
  return [
    ...(removed > 0 ? [`examples removed: ${removed}`] : []),
    ...(loosened > 0 ? [`examples with a lower minScore: ${loosened}`] : []),
  ];
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Inputs | undefined)?.[key], value);
}
