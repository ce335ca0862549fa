/** Whether a patch of a pod template says only what a pod has. The API server drops a field that it does not know without a word to
 *  the user, and for a value of another type it names neither model nor option. In: the patch. Out: problems. The fields are
 *  Kubernetes' own (facts/podFields.json, made by options/generate/podFields.ts). */
import * as pulumi from "@pulumi/pulumi";
import { didYouMean } from "../shared/didYouMean";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import facts from "./facts/podFields.json";

export interface PodFields {
  /** The release whose fields these are. */
  readonly kubernetes: string;
  /** Fields of each type: `string`, `number`, `boolean`, a type of its own, `[T]` for a list, `{T}` for a map of any keys. */
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The type of a whole pod template. */
export const TEMPLATE = "V1PodTemplateSpec";

/** A plain object: an Output or another class is a value that is not looked into. */
export type Fields = Readonly<Record<string, unknown>>;

const { kubernetes, types }: PodFields = facts;

/** Text for which the API server takes a number, too: amounts. The client calls them plain text.
 *  Source: Kubernetes, "Quantity". */
export const QUANTITIES = ["limits", "requests", "overhead", "sizeLimit", "divisor"];

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
  const takesNumbers = path.some((key) => QUANTITIES.includes(String(key)));
  if (expected === undefined || typeof value === wanted || (takesNumbers && typeof value === "number")) return [];
  return [misshapen(path, value, expected.because, expected.remedy)];
}

const SCALARS: Readonly<Record<string, { because: string; remedy: string }>> = {
  string: { because: "must be text", remedy: "put it in quotes" },
  number: { because: "must be a number", remedy: "write it without quotes" },
  boolean: { because: "must be true or false", remedy: "write it without quotes" },
};

const misshapen = (path: Path, got: unknown, because: string, remedy: string): Problem => ({
  path,
  ...(got === null ? {} : { got }),
  because,
  remedy,
});
