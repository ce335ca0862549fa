/** Addresses in a config: none may hold a secret, which would stand in plain text in the stack file, the state and the image. */
import { z } from "zod";
import { secretIn } from "../shared/secretInUrl";

/** Told of an address that holds a secret; the address itself is not shown. */
const REMEDY =
  "take it out of the address, and use one that needs none, or a credential where the option takes one; then change the secret, which has been in plain text";

/** An http or https address without a secret. */
export const plainUrl = z
  .url({ protocol: /^https?$/, error: "must be an address such as https://host/path" })
  .meta({ remedy: "write the whole address, such as https://host/path" })
  .superRefine((url, context) => {
    const secret = secretIn(url);
    if (secret === undefined) return;
    const message = `holds a ${secret}, which would be stored in plain text`;
    context.addIssue({ code: "custom", message, params: { remedy: REMEDY } });
  });
