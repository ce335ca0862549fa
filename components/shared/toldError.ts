/** An error that is told as it stands, of a resource that can't be made. */
import type * as pulumi from "@pulumi/pulumi";
import { ResourceError } from "@pulumi/pulumi/errors";

/** One for all the resources that wait for the same: it is told once. */
export class ToldError extends ResourceError {
  constructor(text: string, resource: pulumi.Resource | undefined) {
    super(text, resource, true);
    // Pulumi's SDK puts the property that waited in front of an error's message, once for each (runtime/rpc.js).
    Object.defineProperty(this, "message", { get: () => text, set: () => {} });
  }
}
