/** The few questions that validation and the merge of `defaults` ask a zod schema. In: a schema as the rooms write it.
 *  Out: its fields, its choices, the schema at a path. */
import { z } from "zod";
import { CHOICES } from "../shared/exactlyOneOf";
import { MOVED } from "../shared/moved";
import type { Path } from "../shared/paths";

/** `schema` without the wrappers that only say what happens when nothing is given. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrap(schema.unwrap() as z.ZodType);
  return schema;
}

/** Fields of an object schema, undefined for any other. */
export function fieldsOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** Whether a value may be left out. */
export function isOptional(schema: z.ZodType): boolean {
  return unwrap(schema) !== schema;
}

/** Names of which exactly one must be set, undefined if `schema` is no such choice. */
export function choicesOf(schema: z.ZodType): readonly string[] | undefined {
  return unwrap(schema).meta()?.[CHOICES] as readonly string[] | undefined;
}

/** The new name of a field that `schema` once had, undefined for any other. */
export function newNameOf(schema: z.ZodType, key: string): string | undefined {
  const names = (unwrap(schema).meta()?.[MOVED] ?? {}) as Readonly<Record<string, string>>;
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

/** The schema of what stands in `container` under `key`. */
export function inside(container: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const inner = unwrap(container);
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  const fields = fieldsOf(inner);
  return fields && Object.hasOwn(fields, key) ? fields[key as string] : undefined;
}

export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((found, key) => found && inside(found, key), schema);
}

/** The value at `path`, undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, key) => (has(found, key) ? found[key] : undefined), value);
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function has(value: unknown, key: PropertyKey): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
