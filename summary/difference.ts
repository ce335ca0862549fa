/** What differs between two values of JSON. In: both. Out: the innermost places that differ, each with what stands there. */
import { isDeepStrictEqual } from "node:util";
import type { Path } from "../components/shared/paths";

export interface Difference {
  readonly path: Path;
  /** undefined: not there. */
  readonly old: unknown;
  readonly new: unknown;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Lists of another length differ as a whole: which of their entries is which is unknown. So does an object of one key that gets
 *  another: that is another choice. Sorted by path. */
export function differences(old: unknown, now: unknown, path: Path = []): Difference[] {
  if (isDeepStrictEqual(old, now)) return [];
  if (Array.isArray(old) && Array.isArray(now) && old.length === now.length)
    return old.flatMap((inner, index) => differences(inner, now[index], [...path, index]));
  if (!canEnter(old, now)) return [{ path, old, new: now }];
  const [before, after] = [old ?? {}, now ?? {}] as [Json, Json];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => differences(before[key], after[key], [...path, key]));
}

/** Whether the places inside tell more than both as a whole. */
function canEnter(old: unknown, now: unknown): boolean {
  const present = [old, now].filter((value) => value !== undefined);
  if (!present.every(isObject) || present.every((value) => Object.keys(value).length === 0)) return false;
  return present.length < 2 || !isOtherChoice(...(present as [Json, Json]));
}

function isOtherChoice(old: Json, now: Json): boolean {
  const [before, after] = [Object.keys(old), Object.keys(now)];
  return before.length === 1 && after.length === 1 && before[0] !== after[0];
}
