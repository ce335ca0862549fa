/** Options that have got another name. In: old names, each with the new one beside it, and the fields as they are. Out: the
 *  schema, which takes the new names only, and knows what to say to the old. */
import { z } from "zod";

/** Key under which a schema's metadata names its moved fields. */
export const MOVED = "moved";

/** A strict object whose fields were once called otherwise: `moved({ httpProxy: "gateway" }, { gateway: … })`. */
export function moved<Shape extends Record<string, z.ZodType>>(
  names: Readonly<Record<string, keyof Shape & string>>,
  fields: Shape,
) {
  return z.strictObject(fields).meta({ [MOVED]: names });
}
