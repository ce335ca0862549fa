/** What a user may say about the way in through a Gateway. Source of bounds: the CRDs of the Gateway API 1.7. */
import { z } from "zod";
import { namespaceName, objectName } from "../objectText";

/** A host's name, or all names one label deeper. */
const hostnames = z
  .array(
    z
      .string()
      .max(253)
      .regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, "must be a host name")
      .meta({ remedy: "write it in lower case and without scheme and port, such as models.example.com" }),
  )
  .min(1)
  .max(16);

const listener = objectName
  .optional()
  .describe("Name of the Gateway's listener, such as https. Default: all that take the host names.");

export const routeOptions = z.strictObject({
  parent: z
    .strictObject({
      name: objectName.describe("Name of the Gateway."),
      namespace: namespaceName
        .optional()
        .describe("Its namespace, if its listeners let in routes of others. Default: the service's."),
      listener,
    })
    .describe("The Gateway, which is there already; TLS is its listener's affair."),
  hostnames: hostnames.describe("Host names that clients use."),
  path: z
    .string()
    .max(1024)
    .regex(/^\/$|^(\/[-\w.~]+)+$/, "must be a path")
    .meta({ remedy: "write it such as /sentiment, without a slash at its end; / alone lets all paths in" })
    .optional()
    .describe(
      "Path before Triton's own, which is taken off on the way. Without one only /v2/models/<apiName> is let in, so that models can share a host name. Default: none.",
    ),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .describe(
      "Seconds a request over HTTP may take; gateways that are told none cut at 15. Default: rollout.longestRequestSeconds.",
    ),
  grpc: z
    .strictObject({
      hostnames: hostnames.describe(
        "Host names that gRPC clients use: of this model alone, and none of route.hostnames.",
      ),
      listener,
    })
    .optional()
    .describe(
      "The GRPCRoute. A gRPC call names its model in its body, where no gateway looks, so it is told apart by the host name. Default: none.",
    ),
});

export type RouteOptions = z.output<typeof routeOptions>;
