import { describe, expect, it } from "vitest";
import { serverOptions, servingOptions } from "../../../components/server/options";
import { choosePipeline } from "../../../components/server/pipeline";

const of = (server: object, serving: object = {}): string => {
  const { pipeline, inProcess } = choosePipeline({
    server: serverOptions.parse(server),
    serving: servingOptions.parse(serving),
  });
  return `${pipeline}${inProcess ? " in-process" : ""}`;
};

describe("the pipeline that nobody names", () => {
  it("is the fused one where it runs the graph itself", () => {
    expect(of({ pypi: {} })).toBe("fused in-process");
  });

  it.each([
    ["another server", { ngc: {} }],
    ["a base of one's own", { image: { ref: "registry.example.com/triton:1" } }],
  ])("is the ensemble with %s", (_, server) => {
    expect(of(server)).toBe("ensemble");
  });

  it("is the ensemble with several instances", () => {
    expect(of({ pypi: {} }, { instances: 2 })).toBe("ensemble");
  });
});

describe("the pipeline that somebody names", () => {
  it("is that one", () => {
    expect(of({ pypi: {} }, { pipeline: "ensemble" })).toBe("ensemble");
    expect(of({ ngc: {} }, { pipeline: "fused", instances: 2 })).toBe("fused");
  });
});
