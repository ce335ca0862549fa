/** Whether a preview is the one that was reviewed. In: what was reviewed, by its hash or its own JSON, and the changes now. Out: lines that
 *  say what differs; none: it is. */
import { isDeepStrictEqual } from "node:util";
import { pathText } from "../components/shared/paths";
import { type Change, changesHash } from "./changesHash";
import { differences } from "./difference";
import { urnParts } from "./preview";

/** Of one resource, paths that are named. */
const PATHS = 5;

/** `reviewed`: the hash, or the changes, of which more can be told. */
export function deviations(reviewed: string | readonly Change[], now: readonly Change[]): string[] {
  const hash = changesHash(now);
  const expected = typeof reviewed === "string" ? reviewed : changesHash(reviewed);
  if (hash === expected) return [];
  return [
    `the changes are not those that were reviewed: their hash is ${hash}, not ${expected}`,
    ...(typeof reviewed === "string" ? [] : changedLines(reviewed, now)),
  ];
}

function changedLines(reviewed: readonly Change[], now: readonly Change[]): string[] {
  const [before, after] = [byResource(reviewed), byResource(now)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [old, other] = [before.get(key), after.get(key)];
    if (isDeepStrictEqual(old, other)) return [];
    const named = nameOf((old ?? other) as Change);
    if (old === undefined) return [`  not reviewed: ${named}`];
    if (other === undefined) return [`  no longer: ${named}`];
    const paths = differences({ before: old.old, after: old.new }, { before: other.old, after: other.new });
    const told = paths.slice(0, PATHS).map(({ path }) => pathText(path));
    return [
      `  otherwise: ${named}: ${told.join(", ")}${paths.length > PATHS ? ` and ${paths.length - PATHS} more` : ""}`,
    ];
  });
}

const byResource = (changes: readonly Change[]): ReadonlyMap<string, Change> =>
  new Map(changes.map((change) => [`${change.urn} ${change.op}`, change]));

function nameOf({ op, urn }: Change): string {
  const { type, name } = urnParts(urn);
  return `${op} ${name} (${type})`;
}
