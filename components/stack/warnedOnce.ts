/** Tells each warning of a stack once: what forty models are warned of alike, in every preview, would hide what one is warned of for
 *  the first time. In: the warnings of each model, at its options. Out: those that each model tells, where the user wrote it. */
import type { Locate } from "../shared/paths";
import { locateWarning, type Warning, warningText } from "../shared/problems";

export interface Warned {
  readonly key: string;
  readonly warnings: readonly Warning[];
  readonly locate: Locate;
}

interface Told {
  readonly key: string;
  readonly warning: Warning;
}

/** By the model's key. Of models that are warned alike, the first tells it and names the others. */
export function warnedOnce(models: readonly Warned[]): ReadonlyMap<string, readonly Warning[]> {
  const alike = new Map<string, Told[]>();
  for (const { key, warnings, locate } of models)
    for (const warning of warnings) add(alike, warningText(warning), { key, warning: locateWarning(warning, locate) });
  const told = new Map<string, Warning[]>();
  for (const [first, ...others] of alike.values())
    if (first !== undefined) add(told, first.key, withOthers(first.warning, others));
  return told;
}

/** What stands in `defaults` is at one place for all. */
function withOthers(warning: Warning, others: readonly Told[]): Warning {
  const here = warningText(warning);
  const keys = others.flatMap((other) => (warningText(other.warning) === here ? [] : [other.key]));
  if (keys.length === 0) return warning;
  const said = typeof warning.text === "string" ? [warning.text] : warning.text;
  return { ...warning, text: [...said, `; so it is with ${keys.join(", ")}`] };
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
