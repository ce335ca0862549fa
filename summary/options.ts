/** What the user meant: options that have another value. In: a model's recorded options, and its pods. Out: words for each. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Path, pathText } from "../components/shared/paths";
import { type Difference, differences } from "./difference";
import { factsOf } from "./facts";
import type { Model } from "./models";
import type { Pods } from "./pods";
import { arrow, saidByPod } from "./shown";

/** Options that have a shorter name among reviewers. */
const CALLED: Readonly<Record<string, string>> = {
  "model.hf.revision": "revision",
  "tokenizer.hf.revision": "tokenizer revision",
  "serving.maxLength": "max length",
};

interface Row {
  readonly option: Path;
  readonly text: string;
}

/** Sorted by option. Where nothing was recorded before, only what the pods say of themselves. */
export function optionTexts(model: Model, before: Pods | undefined, after: Pods | undefined): string[] {
  const { old, new: now } = model.options;
  const written = old && now ? differences(old, now).filter(({ path }) => path[0] !== "examples") : [];
  const seen = before && after ? factRows(before, after, written) : [];
  const isSeen = ({ path }: Difference) => seen.some(({ option }) => isDeepStrictEqual(option, path));
  const rows: Row[] = [
    ...written
      .filter((one) => !isSeen(one))
      .map(({ path, old, new: now }) => ({ option: path, text: `${called(path)} ${arrow(old, now, path)}` })),
    ...seen,
  ];
  const sorted = rows.sort((a, b) => (pathText(a.option) < pathText(b.option) ? -1 : 1)).map(({ text }) => text);
  return [...sorted, ...exampleTexts(examplesOf(model))];
}

function factRows(before: Pods, after: Pods, written: readonly Difference[]): Row[] {
  const now = factsOf(after);
  return factsOf(before).flatMap(({ called, option, isExact, value }, index) => {
    const other = now[index]?.value;
    if (value === other) return [];
    if (!isExact && written.some(({ path }) => path[0] === option[0])) return [];
    return [{ option, text: `${called} ${saidByPod(value)}→${saidByPod(other)}` }];
  });
}

function called(path: Path): string {
  const text = pathText(path);
  return CALLED[text] ?? text;
}

const examples = z.array(z.looseObject({ text: z.string(), minScore: z.number().optional() })).default([]);
type Example = z.output<typeof examples>[number];

/** How the golden examples change. */
export interface ExampleChanges {
  readonly added: number;
  readonly removed: number;
  /** The same text must get another answer, or another score. */
  readonly changed: number;
  /** Of these, with a lower `minScore` alone, or none. */
  readonly loosened: number;
}

/** All 0 where the options are not recorded. */
export function examplesOf({ options: { old, new: now } }: Model): ExampleChanges {
  const [before, after] = [byText(old?.examples), byText(now?.examples)];
  if (old === undefined || now === undefined) return { added: 0, removed: 0, changed: 0, loosened: 0 };
  const both = [...before].flatMap(([text, one]): [Example, Example][] => {
    const other = after.get(text);
    return other === undefined || isDeepStrictEqual(one, other) ? [] : [[one, other]];
  });
  return {
    added: [...after.keys()].filter((text) => !before.has(text)).length,
    removed: [...before.keys()].filter((text) => !after.has(text)).length,
    changed: both.length,
    loosened: both.filter(
      ([one, other]) => (other.minScore ?? Number.NEGATIVE_INFINITY) < (one.minScore ?? Number.NEGATIVE_INFINITY),
    ).length,
  };
}

function byText(value: unknown): ReadonlyMap<string, Example> {
  const read = examples.safeParse(value);
  return new Map((read.data ?? []).map((example) => [example.text, example]));
}

/** Counts alone: the texts may be somebody's. */
function exampleTexts({ added, removed, changed }: ExampleChanges): string[] {
  const parts = [
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
  ];
  return parts.length === 0 ? [] : [`examples: ${parts.join(", ")}`];
}
