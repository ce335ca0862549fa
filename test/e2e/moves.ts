/** What moves between two sets of resources: inputs of a preview's JSON. Out: one entry for each resource that is
 *  created, deleted or changed, with the places of its inputs. */
import { pathText } from "../../components/shared/paths";
import { differences } from "../../summary/difference";
import { type Inputs, readPreview } from "../../summary/preview";

/** Name of a resource → its inputs. */
export type Resources = ReadonlyMap<string, Inputs>;

/** `<created | deleted | changed> <name>` → places; of what is created or deleted, none. */
export type Moves = Readonly<Record<string, readonly string[]>>;

/** The resources of a preview's JSON, before and after it. */
export function previewed(json: string): { old: Resources; new: Resources } {
  const { steps, failures, isWhole } = readPreview(json);
  if (failures.length > 0) throw new Error(failures.join("\n"));
  if (!isWhole) throw new Error("the preview lacks --show-sames");
  const side = (which: "old" | "new") =>
    new Map(steps.flatMap(({ [which]: inputs, name }) => (inputs === undefined ? [] : [[name, inputs]])));
  return { old: side("old"), new: side("new") };
}

export function movesBetween(old: Resources, now: Resources): Moves {
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return Object.fromEntries(names.flatMap((name) => move(name, old.get(name), now.get(name))));
}

function move(name: string, old: Inputs | undefined, now: Inputs | undefined): [string, string[]][] {
  if (old === undefined) return [[`created ${plain(name)}`, []]];
  if (now === undefined) return [[`deleted ${plain(name)}`, []]];
  const places = differences(old, now).map(({ path }) => pathText(path));
  return places.length === 0 ? [] : [[`changed ${plain(name)}`, places]];
}

/** A model image is named after the hash of all that decides it. */
const plain = (name: string) => name.replace(/-[0-9a-f]{12}$/, "-<hash>");
