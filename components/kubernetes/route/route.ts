/** The way in through a Gateway. In: the options `service.route`. Out: an HTTPRoute and a GRPCRoute, as plain data. Source: Gateway API 1.7,
 *  the CRDs of its standard channel. */
import * as k8s from "@pulumi/kubernetes";
import { child, type Owner } from "../../shared/child";
import { PORTS } from "../../shared/names";
import { type KubernetesSite, metadata } from "../metadata";
import type { RouteOptions } from "./options";

const API = "gateway.networking.k8s.io";

/** What Triton's clients call, and what asks for its health. */
const GRPC_SERVICES = ["inference.GRPCInferenceService", "grpc.health.v1.Health"];

export interface RoutePlan {
  readonly site: KubernetesSite;
  readonly apiName: string;
  readonly options: RouteOptions;
  /** Seconds a request over HTTP may take. */
  readonly timeoutSeconds: number;
}

/** Makes the children. */
export function route(owner: Owner, plan: RoutePlan | undefined): void {
  if (plan === undefined) return;
  child(k8s.apiextensions.CustomResource, owner, "http-route", httpRouteArgs(plan));
  const grpc = grpcRouteArgs(plan);
  if (grpc !== undefined) child(k8s.apiextensions.CustomResource, owner, "grpc-route", grpc);
}

/** The timeout is always said: Envoy, which most gateways are, ends a request after 15 seconds where nothing is said. */
export function httpRouteArgs(plan: RoutePlan) {
  const { site, options, timeoutSeconds } = plan;
  return {
    apiVersion: `${API}/v1`,
    kind: "HTTPRoute",
    metadata: metadata(site),
    spec: {
      parentRefs: [parent(options, options.parent.listener)],
      hostnames: [...options.hostnames],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: pathPrefix(plan) } }],
          ...(isTakenOff(options.path) ? { filters: [takeOff()] } : {}),
          timeouts: { request: `${timeoutSeconds}s` },
          backendRefs: [{ kind: "Service", name: site.names.object, port: PORTS.http }],
        },
      ],
    },
  };
}

/** A GRPCRoute has no field for a timeout: each gateway has a policy of its own (docs/ways-in.md). */
export function grpcRouteArgs({ site, options }: RoutePlan) {
  const { grpc } = options;
  if (grpc === undefined) return undefined;
  return {
    apiVersion: `${API}/v1`,
    kind: "GRPCRoute",
    metadata: metadata(site),
    spec: {
      parentRefs: [parent(options, grpc.listener)],
      hostnames: [...grpc.hostnames],
      rules: [
        {
          matches: GRPC_SERVICES.map((service) => ({ method: { type: "Exact", service } })),
          backendRefs: [{ kind: "Service", name: site.names.object, port: PORTS.grpc }],
        },
      ],
    },
  };
}

/** Where the route's paths begin. */
export const pathPrefix = ({ options, apiName }: Pick<RoutePlan, "options" | "apiName">): string =>
  options.path ?? `/v2/models/${apiName}`;

const isTakenOff = (path: string | undefined) => path !== undefined && path !== "/";

const takeOff = () => ({
  type: "URLRewrite",
  urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } },
});

function parent({ parent: { name, namespace } }: RouteOptions, listener: string | undefined) {
  return {
    group: API,
    kind: "Gateway",
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(listener === undefined ? {} : { sectionName: listener }),
  };
}
