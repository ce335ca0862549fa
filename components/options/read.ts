/** Reads a map of options, once, field by field: a mistake in one is no reason to keep quiet about the others. In: a schema, the
 *  value, and what stands for those fields that must be said. Out: what could be read, the whole with what could not as if it
 *  were not said, and the problems. */
import { z } from "zod";
import type { Problem } from "../shared/problems";
import { isMap } from "./schemaWalk";
import { type Issue, issueProblems } from "./validate";

/** Fields that have no default. */
type Undefaulted<Schema extends z.ZodObject> = {
  [Field in keyof z.input<Schema>]-?: undefined extends z.input<Schema>[Field] ? never : Field;
}[keyof z.input<Schema>];

/** What stands for them where they could not be read. */
type StandIns<Schema extends z.ZodObject> = Pick<z.output<Schema>, Undefaulted<Schema> & keyof z.output<Schema>>;

export interface Read<Spec> {
  /** The fields that have no problem. */
  readonly said: Partial<Spec>;
  /** With problems it is only good for the search of others. */
  readonly spec: Spec;
  readonly problems: readonly Problem[];
}

/** `unread`: fields that were refused before, of which nothing is to be told again. */
export function readOptions<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
  standIns: StandIns<Schema>,
  unread: readonly string[] = [],
): Read<z.output<Schema>> {
  const fields = isMap(value) ? value : {};
  const said: Record<string, unknown> = {};
  const filled: Record<string, unknown> = { ...standIns };
  const issues: Issue[] = [];
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    const read = unread.includes(name) ? undefined : field.safeParse(fields[name]);
    if (read?.success) {
      if (read.data !== undefined) said[name] = read.data;
      continue;
    }
    if (isMap(value)) issues.push(...(read?.error.issues ?? []).map((one) => ({ ...one, path: [name, ...one.path] })));
    const unsaid = field.safeParse(undefined);
    if (unsaid.success && unsaid.data !== undefined) filled[name] = unsaid.data;
  }
  issues.push(...(shell(schema).safeParse(value).error?.issues ?? []));
  const spec = { ...filled, ...said } as z.output<Schema>;
  return { said: said as Partial<z.output<Schema>>, spec, problems: issueProblems(issues, schema, value) };
}

/** What an object schema says of itself: that it is a map, and of which fields. */
const shell = (schema: z.ZodObject) =>
  z.strictObject(Object.fromEntries(Object.keys(schema.shape).map((name) => [name, z.unknown().optional()])));
