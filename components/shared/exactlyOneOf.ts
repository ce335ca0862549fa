/** "Exactly one of" as sibling keys, the way every choice of our config reads (`model: { hf: … }` or `{ local: … }`).
 *  Pulumi's component analyser refuses union types, and YAML reads better without a `kind` string. In: one schema for
 *  each choice, and the fields that go with any of them. Out: one schema that takes an object with exactly one of the keys, and
 *  says so otherwise. */
import { z } from "zod";

/** Key under which a schema's metadata names its choices, so that the editor schema and the merge of `defaults` know. */
export const CHOICES = "exactlyOneOf";

/** An object in which exactly one of `choices` is set; every choice is optional in the inferred type. `beside`: fields that may
 *  stand beside whichever is set. */
export function exactlyOneOf<
  Shape extends Record<string, z.ZodType>,
  Beside extends z.ZodRawShape = Record<never, never>,
>(choices: Shape, beside?: Beside) {
  const names = Object.keys(choices);
  const optional = Object.fromEntries(Object.entries(choices).map(([name, schema]) => [name, schema.optional()])) as {
    [Name in keyof Shape]: z.ZodOptional<Shape[Name]>;
  };
  const others = beside ?? ({} as Beside);
  return z
    .strictObject({ ...optional, ...others })
    .superRefine((value, context) => {
      const wrong = wrongChoice(names, value, Object.keys(others));
      if (wrong) context.addIssue({ code: "custom", message: wrong.because, params: { [CHOICES]: names } });
    })
    .meta({ [CHOICES]: names });
}

/** What is wrong with the choice made in `value`: none, or several. A misspelt choice is told as an unknown key instead. `beside`:
 *  names of what is no choice. */
export function wrongChoice(
  names: readonly string[],
  value: object,
  beside: readonly string[],
): { because: string; remedy: string } | undefined {
  const set = Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [name]));
  const given = set.filter((name) => names.includes(name) || !beside.includes(name));
  const known = given.filter((name) => names.includes(name));
  const remedy = `set exactly one of ${names.join(", ")}`;
  if (known.length > 1) return { because: `${known.join(" and ")} exclude each other`, remedy };
  return given.length === 0 ? { because: `none of ${names.join(", ")} is set`, remedy } : undefined;
}
