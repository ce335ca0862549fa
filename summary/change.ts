/** What happens to one model. In: its steps. Out: the parts of its line, and its dangers. */
import { pathText } from "../components/shared/paths";
import { dangersOf } from "./dangers";
import { differences } from "./difference";
import { factsOf, range } from "./facts";
import { childOf, isModelImage, isOldExport, type Model } from "./models";
import { optionTexts } from "./options";
import { type Pods, podsOf } from "./pods";
import type { Op } from "./preview";
import { type Rollout, rolloutOf } from "./rollout";
import { saidByPod } from "./shown";

export interface ModelChange {
  readonly model: Model;
  /** recorded: nothing happens but that the state now knows the options; older versions of this package did not write them there. */
  readonly kind: "same" | "recorded" | "added" | "removed" | "changed";
  readonly before: Pods | undefined;
  readonly after: Pods | undefined;
  readonly parts: readonly string[];
  readonly dangers: readonly string[];
  readonly isDowntime: boolean;
}

/** Where a change of the pods is told that no option explains: paths that are named. */
const PATHS = 3;

export function changeOf(model: Model): ModelChange {
  const [before, after] = [podsOf(model, "old"), podsOf(model, "new")];
  const kind = kindOf(model);
  const rollout = rolloutOf(model, before, after);
  return {
    model,
    kind,
    before,
    after,
    parts: kind === "same" || kind === "recorded" ? [] : parts(model, before, after, rollout),
    dangers: dangersOf(model, rollout),
    isDowntime: rollout?.downtime !== undefined,
  };
}

function kindOf({ op, children, options: { old, new: now } }: Model): ModelChange["kind"] {
  if (op === "create") return "added";
  if (op === "delete") return "removed";
  if (children.some((child) => child.op !== "same")) return "changed";
  if (op === "same") return "same";
  return old === undefined && now !== undefined ? "recorded" : "changed";
}

function parts(
  model: Model,
  before: Pods | undefined,
  after: Pods | undefined,
  rollout: Rollout | undefined,
): string[] {
  if (model.op === "delete") return ["removed"];
  if (model.op === "create") return ["added", ...(after === undefined ? [] : introduction(after))];
  const options = optionTexts(model, before, after);
  const consequences = [...images(model), ...objects(model)];
  const unexplained = options.length === 0 && rollout !== undefined ? [withoutOption(model)] : [];
  const end = rollout?.text ?? (consequences.length === 0 ? "nothing in the cluster changes" : undefined);
  return [...options, ...unexplained, ...consequences, ...(end === undefined ? [] : [end])];
}

function introduction(pods: Pods): string[] {
  const facts = factsOf(pods).filter(({ option, value }) => option[0] === "model" && value !== undefined);
  const gpus = Object.values(pods.gpus).some((count) => count > 0) ? ["on GPUs"] : [];
  return [...facts.map(({ value }) => saidByPod(value)), `${range(pods.least, pods.most)} replicas`, ...gpus];
}

function images(model: Model): string[] {
  const isExported = model.children.some(
    (child) => isModelImage(child) && child.op !== "same" && child.op !== "delete",
  );
  const server = childOf(model, "server-image")?.op ?? "same";
  return [...(isExported ? ["export again"] : []), ...(server === "same" ? [] : ["image"])];
}

const VERBS: Readonly<Record<Op, string>> = {
  same: "",
  create: "creates",
  update: "updates",
  replace: "replaces",
  delete: "deletes",
};
const OPS = ["create", "update", "replace", "delete"] as const;

/** But for what has words of its own: images, and the Deployment unless it is made anew. */
function objects(model: Model): string[] {
  const told = model.children.filter(
    (child) =>
      !isModelImage(child) &&
      child.role !== "server-image" &&
      !(child.role === "deployment" && child.op === "update") &&
      !isOldExport(child, model),
  );
  return OPS.flatMap((op) => {
    const roles = told.filter((child) => child.op === op).map(({ role }) => role);
    return roles.length === 0 ? [] : [`${VERBS[op]} ${roles.join(", ")}`];
  });
}

function withoutOption(model: Model): string {
  const { old, new: now } = model.options;
  const deployment = childOf(model, "deployment");
  const moved = deployment ? differences(deployment.old, deployment.new).map(({ path }) => path) : [];
  // of the image there is a word already
  const found = moved.filter((path) => path.at(-1) !== "image").map(pathText);
  const more = found.length > PATHS ? ` and ${found.length - PATHS} more` : "";
  const why = old && now ? "by none of its options" : "its options were not recorded";
  return found.length === 0 ? why : `${why}: ${found.slice(0, PATHS).join(", ")}${more}`;
}
