/** Ways in that exclude each other. In: options. Out: problems, and what to warn of. */
import { text } from "../../shared/paths";
import type { Problem, Warning } from "../../shared/problems";
import type { ServiceOptions } from "../options";

const ROUTE = ["service", "route"] as const;

/** Host names of which some host is of both. */
export function meet(some: readonly string[], others: readonly string[]): string | undefined {
  return some.find((one) => others.some((other) => one === other || covers(one, other) || covers(other, one)));
}

/** Two listeners; where one is not said, it may be either. */
export const areApart = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other;

/** *.example.com covers a.example.com and a.b.example.com, and not example.com. */
const covers = (wildcard: string, name: string) => wildcard.startsWith("*.") && name.endsWith(wildcard.slice(1));

export function routeProblems({ route, grpc }: ServiceOptions): Problem[] {
  if (route?.grpc === undefined) return [];
  if (!grpc) {
    const remedy = text`leave it out, or set ${["service", "grpc"]} to true`;
    return [{ path: [...ROUTE, "grpc"], because: text`${["service", "grpc"]} is false`, remedy }];
  }
  const shared = meet(route.grpc.hostnames, route.hostnames);
  if (shared === undefined || areApart(route.grpc.listener, route.parent.listener)) return [];
  return [
    {
      path: [...ROUTE, "grpc", "hostnames"],
      got: shared,
      because: "a gateway may reject one of an HTTPRoute and a GRPCRoute that share a host name on a listener",
      remedy: "choose another host name for gRPC, or name two listeners",
    },
  ];
}

/** Traffic from outside reaches the pods from addresses that no namespace owns, or from the namespace of whoever passes it on. */
export function closedWarning({ type, route, allowFrom }: ServiceOptions): Warning | undefined {
  if (allowFrom.length > 0 || (route === undefined && type !== "LoadBalancer")) return undefined;
  const option = ["service", "allowFrom"];
  const said =
    route === undefined
      ? text`nobody outside the cluster may call; say who in ${option}, such as { cidr: 10.0.0.0/8 }`
      : text`the Gateway's pods may call only if they run in the service's own namespace; otherwise name theirs in ${option}`;
  return { path: ["service"], text: said };
}
