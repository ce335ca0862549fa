/** What a user may say about the gateway, an nginx in each pod before Triton's ports. Each option's text, type, unit, bound
 *  and default stand here once; what it stops: docs/hostile-requests.md. */
import { z } from "zod";
import { text } from "../../shared/paths";
import type { Problem } from "../../shared/problems";

/** Where the image is not the server's own. */
export const NGINX_IMAGE = "docker.io/nginxinc/nginx-unprivileged:1.29-alpine";

export const gatewayOptions = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether it is there; without it clients reach Triton itself."),
  image: z
    .string()
    .min(1)
    .optional()
    .describe(
      `Image with sh, nginx 1.19.10 or newer and its njs module, 0.7.9 or newer. Default: with server.pypi the server image, which has them, otherwise ${NGINX_IMAGE}.`,
    ),
  cpu: z.number().min(0.01).max(64).default(0.05).describe("CPU cores that it requests; it has no limit."),
});

export type GatewayOptions = z.output<typeof gatewayOptions>;

/** The gateway of a service, undefined: none. Triton 2.51 of server.pypi has known holes and ends at requests that a gateway
 *  can stop; NVIDIA's secure releases stop most of them themselves (docs/hostile-requests.md). */
export function gatewayOf(options: GatewayOptions | undefined, flavour: string): GatewayOptions | undefined {
  const chosen = options ?? (flavour === "pypi" ? gatewayOptions.parse({}) : undefined);
  return chosen?.enabled ? chosen : undefined;
}

interface Streams {
  readonly gateway?: GatewayOptions | undefined;
  readonly streamSeconds: number;
  readonly grpc: boolean;
}

/** Streams can be closed by a gateway only, or with all of gRPC. */
export function gatewayProblems({ gateway, streamSeconds, grpc }: Streams, flavour: string): Problem[] {
  if (streamSeconds > 0 || !grpc || gatewayOf(gateway, flavour) !== undefined) return [];
  const because = "without a gateway nothing can close streams and leave the rest of gRPC open";
  const remedy = text`set ${["service", "gateway"]}: {}, or ${["service", "grpc"]}: false`;
  return [{ path: ["service", "streamSeconds"], got: streamSeconds, because, remedy }];
}
