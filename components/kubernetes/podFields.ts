/** Whether a patch of a pod template says only what a pod has. The API server drops a field that it does not know without a word to
 *  the user, and for a value of another type it names neither model nor option. In: the patch. Out: problems. The fields are
 *  Kubernetes' own: facts/podFields.json is what an API server says of itself (test/e2e/podFields.test.ts, which writes it, too). */
import * as pulumi from "@pulumi/pulumi";
import { didYouMean } from "../shared/didYouMean";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import facts from "./facts/podFields.json";

export interface PodFields {
  /** The release whose fields these are. */
  readonly kubernetes: string;
  /** Fields of each type: `string`, `number`, `boolean`, `quantity`, another type, `[T]` for a list, `{T}` for a map of any keys. */
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Fields that are lists which merge item by item, and the field that names an item. */
  readonly mergeKeys: Readonly<Record<string, string>>;
}

/** The type of a whole pod template. */
export const TEMPLATE = "PodTemplateSpec";

/** A plain object: an Output or another class is a value that is not looked into. */
export type Fields = Readonly<Record<string, unknown>>;

const { kubernetes, types }: PodFields = facts;

export const MERGE_KEYS: PodFields["mergeKeys"] = facts.mergeKeys;

/** @param at where `fields` stands
 *  @param kubectl the same place as `kubectl explain` takes it */
export function fieldProblems(fields: Fields, at: Path, type: string, kubectl: string): Problem[] {
  const known = types[type] ?? {};
  return Object.entries(fields).flatMap(([field, value]) => {
    const path = [...at, field];
    const wanted = known[field];
    if (wanted !== undefined) return valueProblems(value, path, wanted, `${kubectl}.${field}`);
    if (field === "$patch" && value === "delete") return [];
    const nearest = didYouMean(field, Object.keys(known));
    const remedy =
      nearest === undefined ? `kubectl explain ${kubectl} lists those there are` : `did you mean "${nearest}"?`;
    return [{ path, because: `Kubernetes ${kubernetes} has no such field here`, remedy }];
  });
}

export function isFields(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function valueProblems(value: unknown, path: Path, wanted: string, kubectl: string): Problem[] {
  // null takes away what is there; an Output is known only later.
  if (value === null || value === undefined || pulumi.Output.isInstance(value)) return [];
  const [, item] = /^\[(.*)\]$/.exec(wanted) ?? [];
  if (item !== undefined)
    return Array.isArray(value)
      ? value.flatMap((each: unknown, index) => itemProblems(each, [...path, index], item, kubectl))
      : [misshapen(path, value, "must be a list", 'write each item behind "- "')];
  const [, ofMap] = /^\{(.*)\}$/.exec(wanted) ?? [];
  if (ofMap !== undefined || wanted in types) {
    if (!isFields(value)) return [misshapen(path, value, "must be a map", "write a map, or leave it out")];
    if (ofMap === undefined) return fieldProblems(value, path, wanted, kubectl);
    return Object.entries(value).flatMap(([key, each]) => itemProblems(each, [...path, key], ofMap, kubectl));
  }
  return scalarProblems(value, path, wanted);
}

const itemProblems = (value: unknown, path: Path, wanted: string, kubectl: string): Problem[] =>
  value === null
    ? [misshapen(path, value, "has nothing in it", "write a value, or leave it out")]
    : valueProblems(value, path, wanted, kubectl);

function scalarProblems(value: unknown, path: Path, wanted: string): Problem[] {
  const expected = SCALARS[wanted];
  if (expected === undefined || expected.types.includes(typeof value)) return [];
  return [misshapen(path, value, expected.because, expected.remedy)];
}

/** Source for amounts: Kubernetes, "Quantity". */
const SCALARS: Readonly<Record<string, { types: readonly string[]; because: string; remedy: string }>> = {
  string: { types: ["string"], because: "must be text", remedy: "put it in quotes" },
  quantity: { types: ["string", "number"], because: "must be an amount", remedy: "write it such as 2 or 4Gi" },
  number: { types: ["number"], because: "must be a number", remedy: "write it without quotes" },
  boolean: { types: ["boolean"], because: "must be true or false", remedy: "write it without quotes" },
};

const misshapen = (path: Path, got: unknown, because: string, remedy: string): Problem => ({
  path,
  ...(got === null ? {} : { got }),
  because,
  remedy,
});
