/** The way in through a Gateway. */
import { describe, expect, it } from "vitest";
import { serviceArgs } from "../../../components/kubernetes/networking";
import { closedWarning, meet, routeProblems } from "../../../components/kubernetes/route/checks";
import { routeOptions } from "../../../components/kubernetes/route/options";
import { grpcRouteArgs, httpRouteArgs, type RoutePlan } from "../../../components/kubernetes/route/route";
import { told, warned } from "../told";
import { service, site } from "./world";

const said = (more: object = {}) => ({
  parent: { name: "public", namespace: "gateways", listener: "https" },
  hostnames: ["models.example.com"],
  ...more,
});
const grpc = { hostnames: ["sentiment.grpc.example.com"] };
const plan = (more: object = {}): RoutePlan => ({
  site,
  apiName: "ensemble_model",
  options: routeOptions.parse(said(more)),
  timeoutSeconds: 25,
});

describe("the HTTPRoute", () => {
  it("lets in the model's own paths, for as long as a request may take", () => {
    expect(httpRouteArgs(plan()).spec).toEqual({
      parentRefs: [
        {
          group: "gateway.networking.k8s.io",
          kind: "Gateway",
          name: "public",
          namespace: "gateways",
          sectionName: "https",
        },
      ],
      hostnames: ["models.example.com"],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/v2/models/ensemble_model" } }],
          timeouts: { request: "25s" },
          backendRefs: [{ kind: "Service", name: "sentiment", port: 8000 }],
        },
      ],
    });
  });

  it("takes a path of one's own off, where there is any", () => {
    const [rule] = httpRouteArgs(plan({ path: "/sentiment" })).spec.rules;
    expect(rule).toMatchObject({
      matches: [{ path: { value: "/sentiment" } }],
      filters: [{ urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } }],
    });
    expect(httpRouteArgs(plan({ path: "/" })).spec.rules[0]).not.toHaveProperty("filters");
  });
});

describe("the GRPCRoute", () => {
  it("is there for host names of its own", () => {
    expect(grpcRouteArgs(plan())).toBeUndefined();
    expect(grpcRouteArgs(plan({ grpc: { ...grpc, listener: "grpc" } }))?.spec).toMatchObject({
      parentRefs: [{ name: "public", namespace: "gateways", sectionName: "grpc" }],
      hostnames: grpc.hostnames,
      rules: [
        {
          matches: [
            { method: { type: "Exact", service: "inference.GRPCInferenceService" } },
            { method: { type: "Exact", service: "grpc.health.v1.Health" } },
          ],
          backendRefs: [{ name: "sentiment", port: 8001 }],
        },
      ],
    });
  });

  it("leads to a port that says that it speaks HTTP/2", () => {
    const ports = (route: object) => serviceArgs(site, service({ route } as never)).spec.ports;
    expect(ports(said({ grpc }))[1]).toEqual({
      name: "grpc",
      port: 8001,
      targetPort: "grpc",
      appProtocol: "kubernetes.io/h2c",
    });
    expect(ports(said()).map((port) => Object.keys(port))).toEqual(Array(2).fill(["name", "port", "targetPort"]));
  });
});

describe("two routes", () => {
  it.each([
    [["a.example.com"], ["a.example.com"], true],
    [["a.example.com"], ["b.example.com"], false],
    [["*.example.com"], ["a.b.example.com"], true],
    [["a.example.com"], ["*.example.com"], true],
    [["*.example.com"], ["example.com"], false],
    [["*.b.example.com"], ["*.example.com"], true],
  ])("have a host in common or not: %o, %o", (some, others, common) => {
    expect(meet(some, others) !== undefined).toBe(common);
  });

  it("of which a gateway may reject one are refused, and on two listeners they are not", () => {
    const problems = (more: object) => told(routeProblems(service({ route: said(more) } as never)));
    const shared = { hostnames: ["*.example.com"] };
    expect(problems({ grpc })).toEqual([]);
    expect(problems({ grpc: { ...shared, listener: "grpc" } })).toEqual([]);
    expect(problems({ grpc: shared })).toMatchObject([
      { path: "models.sentiment.service.route.grpc.hostnames", got: "*.example.com" },
    ]);
  });

  it("are one where the service has no gRPC", () => {
    const options = service({ grpc: false, route: said({ grpc }) } as never);
    expect(told(routeProblems(options))).toMatchObject([
      {
        path: "models.sentiment.service.route.grpc",
        remedy: "leave it out, or set models.sentiment.service.grpc to true",
      },
    ]);
  });
});

it("says who can't get through the NetworkPolicy", () => {
  const allowFrom = [{ namespace: "gateways" }];
  expect(warned([closedWarning(service({ route: said() } as never))])[0]).toContain(
    "name theirs in models.sentiment.service.allowFrom",
  );
  expect(warned([closedWarning(service({ type: "LoadBalancer" }))])[0]).toContain(
    "nobody outside the cluster may call",
  );
  expect([
    closedWarning(service()),
    closedWarning(service({ route: said(), allowFrom } as never)),
    closedWarning(service({ type: "LoadBalancer", allowFrom: [{ cidr: "10.0.0.0/8" }] })),
  ]).toEqual([undefined, undefined, undefined]);
});
