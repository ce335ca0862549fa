/** The ways in, by the Gateway API's own schemas: the real API server takes every form of the routes that there are options for. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { routeOptions } from "../../components/kubernetes/route/options";
import { grpcRouteArgs, httpRouteArgs } from "../../components/kubernetes/route/route";
import { objectNames } from "../../components/shared/names";
import type { Stack } from "../../sandbox/stack";
import { addGatewayKinds, removeGatewayKinds } from "./gatewayCrds";
import { classifier, environment, NAMESPACE, openStack, stackFile } from "./support";

const parent = { name: "public", namespace: "gateways", listener: "https" };
const hostnames = ["models.example.com", "*.models.example.com"];
const grpc = { hostnames: ["sentiment.grpc.example.com"], listener: "grpc" };
let stack: Stack | undefined;

const kubectl = async (args: readonly string[], input?: object) =>
  (await environment()).kubectl(args, input === undefined ? {} : { input: JSON.stringify(input) });

beforeAll(addGatewayKinds);
afterAll(async () => {
  await stack?.destroy();
  await removeGatewayKinds();
});

it.each([
  { parent: { name: "public" }, hostnames },
  { parent, hostnames, path: "/", timeoutSeconds: 3600, grpc },
  { parent, hostnames, path: "/team-a/sentiment_v1.2~", timeoutSeconds: 1, grpc: { hostnames: grpc.hostnames } },
])("routes are taken: %o", async (options) => {
  const site = { names: objectNames("routed"), namespace: NAMESPACE, stack: "organization/triton-bert/e2e" };
  const plan = { site, apiName: "routed", options: routeOptions.parse(options) };
  const timeoutSeconds = plan.options.timeoutSeconds ?? 25;
  const routes = [httpRouteArgs({ ...plan, timeoutSeconds }), grpcRouteArgs({ ...plan, timeoutSeconds })];
  const items = routes.filter((route) => route !== undefined);
  const made = await kubectl(["create", "--dry-run=server", "-o", "json", "-f", "-"], {
    apiVersion: "v1",
    kind: "List",
    items,
  });
  const kinds = made.match(/"kind": "(HTTP|GRPC)Route"/g);
  expect(kinds).toHaveLength(items.length);
});

it("a stack's preview has both, checked by the API server, and names who can't get in", async () => {
  const route = { parent, hostnames, grpc };
  stack = await openStack("e2e-routes", stackFile({ routed: classifier({ service: { route } }) }));
  const diff = await stack.preview(["--diff"]);
  expect(diff).toContain("gateway.networking.k8s.io/v1:HTTPRoute");
  expect(diff).toContain("gateway.networking.k8s.io/v1:GRPCRoute");
  expect(diff).toContain('request: "25s"');
  expect(await stack.preview()).toMatch(/Gateway's pods may call only if .*service\.allowFrom/);
});
