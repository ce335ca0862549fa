/** Lays `defaults` under a model. In: the options schema, the defaults, what the model says. Out: both together; and, for
 *  problems, which of the two a value came from.
 *
 *  A plain group (`serving`, `gpu`, …) merges field by field, at every depth. A choice ("exactly one of": `model`,
 *  `server`, `autoscaling`, …), a list and a free map (`nodeSelector`, `annotations`, `podOverrides`) are taken whole
 *  from the model if it names them: half of one choice in another would mean nothing, and nothing could be removed.
 *  `null` for what may be left out is said nowhere, not even in `defaults`. */
import type { z } from "zod";
import { choicesOf, fieldsOf, isMap, isOptional, valueAt } from "../options/schemaWalk";

export function withDefaults(schema: z.ZodType, defaults: unknown, own: unknown): unknown {
  if (own === undefined) return defaults;
  if (own === null && isOptional(schema)) return undefined;
  const fields = groupFields(schema);
  if (!fields || !isMap(own)) return own;
  const under = isMap(defaults) ? defaults : {};
  const keys = new Set([...Object.keys(under), ...Object.keys(own)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const [below, above] = [valueAt(under, [key]), valueAt(own, [key])];
      return [key, field ? withDefaults(field, below, above) : (above ?? below)];
    }),
  );
}

/** Whether what `withDefaults` has at `path`, or lacks there, is for `defaults` to change and not for the model. */
export function isOfDefaults(
  schema: z.ZodType,
  defaults: unknown,
  own: unknown,
  [key, ...rest]: readonly PropertyKey[],
): boolean {
  if (own === undefined) return defaults !== undefined;
  const fields = groupFields(schema);
  if (key === undefined || !fields || !isMap(own)) return false;
  const [below, above] = [valueAt(defaults, [key]), valueAt(own, [key])];
  const field = Object.hasOwn(fields, key) ? fields[String(key)] : undefined;
  return field ? isOfDefaults(field, below, above, rest) : above === undefined && below !== undefined;
}

/** Fields of a group that merges field by field. */
function groupFields(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  return choicesOf(schema) ? undefined : fieldsOf(schema);
}
