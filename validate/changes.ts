/** What a branch asks for that its base does not. In: what each model was asked for, then and now. Out: a line for each change, models
 *  with the same change on one. */
import { pathText } from "../components/shared/paths";
import { differences } from "../summary/difference";
import { arrow } from "../summary/shown";
import type { Intents } from "./stack";

export function changeLines(before: Intents, now: Intents): string[] {
  const models = new Map<string, string[]>();
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort())
    for (const change of changesOf(key, before, now)) models.set(change, [...(models.get(change) ?? []), key]);
  return [...models].map(([change, keys]) => `${keys.join(", ")}: ${change}`);
}

function changesOf(key: string, before: Intents, now: Intents): string[] {
  if (before[key] === undefined) return ["added"];
  if (now[key] === undefined) return ["removed"];
  return differences(before[key], now[key]).map(
    ({ path, old, new: value }) => `${pathText(path)} ${arrow(old, value, path)}`,
  );
}
