/** Options that only ever reach a resource's input may come from another resource. In: the schema of the plain value.
 *  Out: a schema that checks a plain value and lets an Output or Promise pass; the generated args say `pulumi.Input<…>`.
 *  Whatever decides bytes of a build context, a name or a number of children must stay plain: not for those. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Key in a schema's metadata: the generated args wrap the type in `pulumi.Input<…>`. */
export const INPUT = "input";

/** Whether `value` is not there yet. */
export const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

/** `schema`, or the promise of such a value. */
export function reachingInput<Schema extends z.ZodType>(schema: Schema) {
  const later = z.custom<Promise<z.output<Schema>> | pulumi.OutputInstance<z.output<Schema>>>(isLater);
  return z.union([schema, later]).meta({ [INPUT]: true });
}
