import { expect, it } from "vitest";
import { GOOD, HUB, problemsWith } from "./stack";

const at = (key: string) => `triton-bert:models.${key}.service.route`;
const route = (more: object = {}) => ({ parent: { name: "public" }, hostnames: ["models.example.com"], ...more });
const problems = (...routes: object[]) => {
  const models = routes.map((one, index) => [`m${index}`, { model: HUB, service: { route: one } }]);
  return problemsWith({ ...GOOD, models: Object.fromEntries(models) });
};
const grpc = (...hostnames: string[]) => ({ grpc: { hostnames } });

it("models share a host name, each under its own name or path", () => {
  expect(problems(route(), route(), route({ path: "/a" }), route({ path: "/b" }))).toEqual([]);
});

it("two models can't have all of a host", () => {
  const both = problems(route({ path: "/" }), route({ path: "/", hostnames: ["*.example.com"] }));
  expect(both).toEqual([
    expect.stringContaining(`${at("m1")}.hostnames (got "*.example.com"): models.m0 has this host`),
  ]);
  const elsewhere = { parent: { name: "internal" }, path: "/" };
  expect(problems(route({ path: "/" }), route(elsewhere))).toEqual([]);
});

it("gRPC calls of two models, or those of one and the requests over HTTP of another, need host names apart", () => {
  expect(problems(route(grpc("a.grpc.example")), route(grpc("b.grpc.example")))).toEqual([]);
  expect(problems(route(grpc("a.grpc.example")), route(grpc("a.grpc.example")))).toEqual([
    expect.stringContaining(`${at("m1")}.grpc.hostnames (got "a.grpc.example"): models.m0 has this host name too`),
  ]);
  const other = route({ hostnames: ["other.example"], ...grpc("models.example.com") });
  expect(problems(route(), other)).toEqual([expect.stringContaining(`${at("m1")}.grpc.hostnames`)]);
});
