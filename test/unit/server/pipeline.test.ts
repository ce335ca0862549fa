import { describe, expect, it } from "vitest";
import { gpuOptions, serverOptions, servingOptions } from "../../../components/server/options";
import { decided } from "../../../components/server/pipeline";

const of = (server: object, serving: object = {}, gpu?: object) =>
  decided({
    server: serverOptions.parse(server),
    serving: servingOptions.parse(serving),
    gpu: gpu && gpuOptions.parse(gpu),
  }).pipeline;

describe("the pipeline that nobody names", () => {
  it("is the fused one where it can run", () => {
    expect(of({ pypi: {} })).toBe("fused");
  });

  it.each([
    ["another server", { ngc: {} }],
    ["a base of one's own", { image: { ref: "registry.example.com/triton:1" } }],
    ["several instances", { pypi: {} }, { instances: 2 }],
    ["a GPU", { ngc: {} }, {}, { type: "L4" }],
  ])("is the ensemble with %s", (_, server, serving = {}, gpu?: object) => {
    expect(of(server, serving, gpu)).toBe("ensemble");
  });
});

it("is the one that somebody names", () => {
  expect(of({ pypi: {} }, { pipeline: "ensemble" })).toBe("ensemble");
});
