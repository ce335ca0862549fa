/** Turns what a schema finds wrong into problems a person can act on. In: a schema and the value. Out: the problems, each with path,
 *  value, reason and remedy. A value that may hold a password is never shown. */
import { z } from "zod";
import { nearestOf } from "../shared/didYouMean";
import { CHOICES, wrongChoice } from "../shared/exactlyOneOf";
import type { Path } from "../shared/paths";
import { type Problem, withoutSecret } from "../shared/problems";
import { namesSecret } from "../shared/secretInUrl";
import { choicesOf, fieldsOf, inside, isMap, isOptional, newNameOf, schemaAt, unwrap, valueAt } from "./schemaWalk";

export type Issue = z.core.$ZodIssue;

/** Everything that `schema` finds wrong with `value`. */
export function schemaProblems(schema: z.ZodType, value: unknown): Problem[] {
  return issueProblems(schema.safeParse(value).error?.issues ?? [], schema, value);
}

/** The problems behind zod's `issues` with `value`, and those of choices. */
export function issueProblems(issues: readonly Issue[], schema: z.ZodType, value: unknown): Problem[] {
  return [
    ...issues.flatMap((issue) => problemsOf(issue, schema, value)),
    ...choiceProblems(schema, value, []),
    ...dateProblems(value, []),
  ];
}

/** What Pulumi makes of a YAML date without quotes. */
const DATE = /^(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d \+0000 UTC$/;

/** Text that YAML has taken for a date: nobody writes one like that. */
function dateProblems(value: unknown, path: Path): Problem[] {
  const date = typeof value === "string" ? DATE.exec(value)?.[1] : undefined;
  if (date !== undefined)
    return [{ path, got: value, because: "YAML has read a date", remedy: `put it in quotes, such as "${date}"` }];
  if (Array.isArray(value)) return value.flatMap((item, index) => dateProblems(item, [...path, index]));
  if (!isPlain(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => dateProblems(item, [...path, key]));
}

/** Not an Output, which is not to be looked into. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  isMap(value) && Object.getPrototypeOf(value) === Object.prototype;

/** Choices are checked here and not by zod, which looks at them only when everything inside is right. */
function choiceProblems(schema: z.ZodType, value: unknown, path: Path): Problem[] {
  if (typeof value !== "object" || value === null) return [];
  const names = choicesOf(schema);
  const wrong = names && isMap(value) ? wrongChoice(names, value, Object.keys(fieldsOf(schema) ?? {})) : undefined;
  const here = wrong ? [{ path, ...wrong }] : [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const deeper = keys.flatMap((key) => {
    const field = inside(schema, key);
    return field ? choiceProblems(field, valueAt(value, [key]), [...path, key]) : [];
  });
  return [...here, ...deeper];
}

function problemsOf(issue: Issue, schema: z.ZodType, value: unknown): Problem[] {
  if (issue.code === "custom" && issue.params?.[CHOICES]) return [];
  if (issue.code === "unrecognized_keys") {
    const owner = schemaAt(schema, issue.path);
    const known = Object.keys((owner && fieldsOf(owner)) ?? {});
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const name = owner && newNameOf(owner, key);
      if (name === undefined) return unknownOption(path, valueAt(value, path), known);
      return { path, because: "it has another name now", remedy: `say ${name} instead` };
    });
  }
  if (issue.code === "invalid_union") {
    // the first alternative is the plain value; the other one is an Output, which no config can hold
    const plain = (issue.errors[0] ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
    return plain.flatMap((inner) => problemsOf(inner as Issue, schema, value));
  }
  const got = valueAt(value, issue.path);
  const about = schemaAt(schema, issue.code === "invalid_key" ? issue.path.slice(0, -1) : issue.path);
  const name = issue.code === "invalid_key" ? String(issue.path.at(-1)) : got;
  return [{ path: issue.path, got: withoutSecret(name, issue.path), ...reason(issue, got, about) }];
}

/** A secret under a name that nothing reads lies in the stack's file, and in version control, all the same. */
function unknownOption(path: Path, got: unknown, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  const because = "there is no such option";
  if (typeof got !== "string" || !namesSecret(key)) return { path, because, remedy: nearestOf(key, known) };
  return {
    path,
    because: `${because}, and a secret seems to stand there in plain text`,
    remedy:
      "take it out and change it; store the new one under credentials (docs/options.md), and write its name: credential: <name>",
  };
}

function reason(issue: Issue, got: unknown, about: z.ZodType | undefined): Omit<Problem, "path" | "got"> {
  const remedy = instruction(about) + (got === null && about && isOptional(about) ? ", or leave it out" : "");
  switch (issue.code) {
    case "invalid_type":
      if (got === undefined) return { because: "required, but not set", remedy: `set it: ${instruction(about)}` };
      if (issue.expected === "int" && typeof got === "number") return { because: "must be a whole number", remedy };
      return {
        because: `must be ${kind(issue.expected)}, not ${kindOf(got)}`,
        remedy: retype(issue.expected, got, remedy),
      };
    case "invalid_value":
      return { because: "not one of the allowed values", remedy: nearestOf(String(got), issue.values.map(String)) };
    case "too_small":
      if (issue.origin === "string") return { because: "must not be empty", remedy };
      if (issue.inclusive === false) return { because: `must be above ${issue.minimum}`, remedy };
      return {
        because: `must be at least ${issue.minimum}`,
        remedy: `use ${bounds(about, `at least ${issue.minimum}`)}`,
      };
    case "too_big":
      return {
        because: `must be at most ${issue.maximum}`,
        remedy: `use ${bounds(about, `at most ${issue.maximum}`)}`,
      };
    case "invalid_key": {
      const [first] = issue.issues;
      return { because: first?.message ?? "not a legal name", remedy: ownRemedy(first) ?? remedy };
    }
    case "custom":
      return { because: issue.message, remedy: ownRemedy(issue) ?? remedy };
    case "invalid_format":
      return { because: issue.message.replace(/^Invalid (\w+)$/, "not a legal $1"), remedy };
    default:
      return { because: issue.message, remedy };
  }
}

/** What a rule of ours says itself. */
const ownRemedy = (issue: Issue | undefined): string | undefined =>
  issue?.code === "custom" ? (issue.params?.remedy as string | undefined) : undefined;

/** What to write for an option: the remedy that it names itself, else what its schema allows. */
export function instruction(about: z.ZodType | undefined): string {
  if (about === undefined) return "remove it";
  const schema = unwrap(about);
  const said = (about.meta()?.remedy ?? schema.meta()?.remedy) as string | undefined;
  if (said !== undefined) return said;
  const choices = choicesOf(schema);
  const text = about.description ?? schema.description ?? "";
  if (choices) return `write a map with exactly one of ${choices.join(", ")}`;
  const fields = Object.entries(fieldsOf(schema) ?? {});
  if (fields.length > 8) return `write a map of its options: docs/options.md has all ${fields.length}`;
  if (fields.length > 0) return `write a map with ${fields.map(fieldText).join(", ")}`;
  if (schema instanceof z.ZodObject) return "write {}";
  if (schema instanceof z.ZodRecord) return `write a map, name: value (${text})`;
  if (schema instanceof z.ZodArray) return `write a list, each item behind "- " (${text})`;
  if (schema instanceof z.ZodEnum) return `write one of ${schema.options.join(", ")}`;
  if (schema instanceof z.ZodBoolean) return "write true or false";
  if (schema instanceof z.ZodNumber)
    return `write ${schema.isInt ? "a whole number" : "a number"}, ${bounds(schema, "within its bounds")} (${text})`;
  return text === "" ? "write text, in quotes if it looks like a number" : `write text: ${text}`;
}

const fieldText = ([name, field]: [string, z.ZodType]): string => (isOptional(field) ? `${name}?` : name);

const KINDS: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

const kind = (name: string): string => KINDS[name] ?? name;

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  return kind(Array.isArray(value) ? "array" : typeof value);
}

function retype(expected: string, got: unknown, remedy: string): string {
  if (expected === "string" && typeof got === "number" && !Number.isSafeInteger(got))
    return "put it in quotes; without them YAML takes it for a number, and changes it";
  if (expected === "string" && (typeof got === "number" || typeof got === "boolean")) return "put it in quotes";
  if (["number", "int"].includes(expected) && typeof got === "string" && Number.isFinite(Number(got)))
    return "write it without quotes";
  if (expected === "boolean" && (got === "true" || got === "false")) return "write it without quotes";
  return remedy;
}

/** Whether the least value itself is none. */
const isExclusive = (schema: z.ZodNumber): boolean => !schema.safeParse(schema.minValue).success;

/** "1 to 64" where the schema says both, else what the issue alone can tell. */
function bounds(about: z.ZodType | undefined, fallback: string): string {
  const schema = about && unwrap(about);
  if (!(schema instanceof z.ZodNumber)) return fallback;
  const [least, most] = [schema.minValue, schema.maxValue];
  const open = most === null || most >= Number.MAX_SAFE_INTEGER;
  if (least !== null && Number.isFinite(least) && least > Number.MIN_SAFE_INTEGER)
    return open ? `at least ${least}` : isExclusive(schema) ? `above ${least}, at most ${most}` : `${least} to ${most}`;
  return fallback;
}
