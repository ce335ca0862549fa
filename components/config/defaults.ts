/** Lays `defaults` under a model. In: the options schema, the defaults, what the model says. Out: both together.
 *
 *  A plain group (`serving`, `gpu`, …) merges field by field, at every depth. A choice ("exactly one of": `model`,
 *  `server`, `autoscaling`, …), a list and a free map (`nodeSelector`, `annotations`, `podOverrides`) are taken whole
 *  from the model if it names them: half of one choice in another would mean nothing, and nothing could be removed. */
import type { z } from "zod";
import { choicesOf, fieldsOf, isMap, valueAt } from "./schemaWalk";

export function withDefaults(schema: z.ZodType, defaults: unknown, own: unknown): unknown {
  if (own === undefined) return defaults;
  const fields = fieldsOf(schema);
  if (!fields || choicesOf(schema) || !isMap(own) || !isMap(defaults)) return own;
  const keys = new Set([...Object.keys(defaults), ...Object.keys(own)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const [under, over] = [valueAt(defaults, [key]), valueAt(own, [key])];
      return [key, field ? withDefaults(field, under, over) : (over ?? under)];
    }),
  );
}
