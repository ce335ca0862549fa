/** Models of one stack that a Gateway could not tell apart: the older route gets the requests of both, and nobody says so. In: their
 *  routes. Out: problems by the key of the later model. */
import { areApart, meet } from "../kubernetes/route/checks";
import type { RouteOptions } from "../kubernetes/route/options";
import { pathPrefix } from "../kubernetes/route/route";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";

interface Claim {
  readonly key: string;
  readonly path: Path;
  readonly gateway: string;
  readonly listener: string | undefined;
  readonly hostnames: readonly string[];
  /** Where its paths begin; of gRPC there are none. */
  readonly prefix?: string;
}

/** What a model says of its route, and the name that clients call it by. */
export interface Routed {
  readonly key: string;
  readonly apiName: string;
  readonly options: RouteOptions;
}

/** `namespace`: of the services. */
export function routeCollisions(routes: readonly Routed[], namespace: string): { key: string; problem: Problem }[] {
  const claims = routes.flatMap((route) => claimsOf(route, namespace));
  return claims.flatMap((claim, index) => {
    const other = claims.slice(0, index).find((earlier) => earlier.key !== claim.key && isTaken(claim, earlier));
    const host = other && meet(claim.hostnames, other.hostnames);
    if (other === undefined || host === undefined) return [];
    const what = claim.prefix === undefined ? "host name" : `host name and the path ${claim.prefix}`;
    const because = `models.${other.key} has this ${what} too, and a gateway could not tell them apart`;
    return [{ key: claim.key, problem: { path: claim.path, got: host, because, remedy: "choose another host name" } }];
  });
}

function isTaken(claim: Claim, other: Claim): boolean {
  if (claim.gateway !== other.gateway || areApart(claim.listener, other.listener)) return false;
  // Of two prefixes the longer one goes first.
  const told = claim.prefix !== undefined && other.prefix !== undefined && claim.prefix !== other.prefix;
  return !told && meet(claim.hostnames, other.hostnames) !== undefined;
}

function claimsOf(route: Routed, namespace: string): Claim[] {
  const { parent, hostnames, grpc } = route.options;
  const at = ["service", "route"];
  const common = { key: route.key, gateway: `${parent.namespace ?? namespace}/${parent.name}` };
  return [
    { ...common, path: [...at, "hostnames"], listener: parent.listener, hostnames, prefix: pathPrefix(route) },
    ...(grpc === undefined
      ? []
      : [{ ...common, ...grpc, path: [...at, "grpc", "hostnames"], listener: grpc.listener }]),
  ];
}
