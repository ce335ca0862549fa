/** The summary before it is text. In: a preview. Out: totals, dangers, changes, each with the models that share it. */
import { changeOf, type ModelChange } from "./change";
import { changesHash, changesOf } from "./changesHash";
import { dangersOfOther } from "./dangers";
import { byModel } from "./models";
import type { Preview } from "./preview";
import { type Total, totalsOf } from "./totals";

/** The same words for several models. */
export interface Shared {
  readonly names: readonly string[];
  readonly parts: readonly string[];
}

export interface Report {
  readonly stack: string;
  /** Lines of why the preview failed; then there is no hash. */
  readonly failures: readonly string[];
  readonly totals: readonly Total[];
  /** What keeps the summary from telling everything. */
  readonly notes: readonly string[];
  readonly dangers: readonly Shared[];
  readonly changes: readonly Shared[];
  readonly hash: string | undefined;
}

export function reportOf(preview: Preview): Report {
  const { models, others } = byModel(preview.steps);
  const changes = models.map(changeOf);
  const touched = others.filter(({ op }) => op !== "same");
  const failed = preview.failures.length > 0;
  return {
    stack: preview.stack,
    failures: preview.failures.flatMap((message) => message.split("\n")).filter((line) => line.trim() !== ""),
    totals: totalsOf(changes, touched),
    notes: notes(preview, changes),
    dangers: shared([
      ...changes.flatMap(({ model, dangers }) => dangers.map((danger): Told => [model.name, [danger]])),
      ...touched.flatMap((step) => dangersOfOther(step).map((danger): Told => [step.name, [danger]])),
    ]),
    changes: [
      ...shared(changes.filter(({ parts }) => parts.length > 0).map(({ model, parts }): Told => [model.name, parts])),
      ...shared(touched.map((step): Told => [step.name, [`${step.op} ${step.type}`, "belongs to no model"]])),
    ],
    hash: failed ? undefined : changesHash(changesOf(preview.steps)),
  };
}

type Told = readonly [name: string, parts: readonly string[]];

/** In the order of their first model. */
function shared(told: readonly Told[]): Shared[] {
  const groups = new Map<string, { names: string[]; parts: readonly string[] }>();
  for (const [name, parts] of told) {
    const key = JSON.stringify(parts);
    const group = groups.get(key) ?? { names: [], parts };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function notes({ isWhole }: Preview, changes: readonly ModelChange[]): string[] {
  const recorded = changes.filter(({ kind }) => kind === "recorded").length;
  const blind = changes.filter(({ kind, model }) => kind === "changed" && !(model.options.old && model.options.new));
  const unread = changes.filter(({ kind, before, after }) => (kind === "removed" ? !before : !after));
  return [
    ...(isWhole ? [] : ["The totals lack what stays the same: the preview was made without --show-sames."]),
    ...(recorded > 0
      ? [`The state gets to know the options of ${counted(recorded)}; nothing else happens to them.`]
      : []),
    ...(blind.length > 0
      ? [
          `What the config of ${counted(blind.length)} said before is not recorded: loosened gates and removed examples can't be told.`,
        ]
      : []),
    ...(unread.length > 0 ? [`The pods of ${counted(unread.length)} can't be read, and are in no total.`] : []),
  ];
}

const counted = (number: number): string => (number === 1 ? "1 model" : `${number} models`);
