import { describe, expect, it } from "vitest";
import { gpuOptions, serverOptions, servingOptions } from "../../../components/server/options";
import { batchWarning, choosePipeline, onnxBackendOf } from "../../../components/server/pipeline";
import { warned } from "../told";

const of = (server: object, serving: object = {}, gpu?: object): string => {
  const { pipeline, inProcess } = choosePipeline({
    server: serverOptions.parse(server),
    gpu: gpu && gpuOptions.parse(gpu),
    serving: servingOptions.parse(serving),
  });
  return `${pipeline}${inProcess ? " in-process" : ""}`;
};

describe("the pipeline that nobody names", () => {
  const servers = [{ pypi: {} }, { ngc: {} }, { image: { ref: "registry.example.com/triton:1" } }];

  it.each(servers)("is the fused one on a CPU, where it runs the graph itself: %o", (server) => {
    expect(of(server)).toBe("fused in-process");
  });

  it.each(servers.slice(1))("is the ensemble on a GPU: %o", (server) => {
    expect(of(server, {}, { type: "L4" })).toBe("ensemble");
  });

  it.each(servers)("is the ensemble with several instances: %o", (server) => {
    expect(of(server, { instances: 2 })).toBe("ensemble");
  });

  it("is the ensemble where python models must answer at once, with the graph in Triton's own backend", () => {
    expect(of({ ngc: { release: "24.05" } })).toBe("ensemble");
    expect(of({ ngc: { release: "24.06" } })).toBe("fused in-process");
    expect(onnxBackendOf({ server: serverOptions.parse({ ngc: { release: "24.05" } }) })).toBe("onnxruntime");
  });
});

describe("the pipeline that somebody names", () => {
  it("is that one", () => {
    expect(of({ pypi: {} }, { pipeline: "ensemble" })).toBe("ensemble");
    expect(of({ ngc: {} }, { pipeline: "fused", instances: 2 }, { type: "L4" })).toBe("fused");
  });
});

describe("how many texts are joined", () => {
  const NGC = { ngc: {} };
  const batches = (server: object, serving: object) => {
    const gpu = server === NGC ? gpuOptions.parse({ type: "L4" }) : undefined;
    const said = { server: serverOptions.parse(server), gpu, serving: servingOptions.parse(serving) };
    const decided = choosePipeline(said);
    return [decided.maxBatchSize, ...warned([batchWarning(said.serving, decided)])];
  };

  it.each([
    ["up to 512 tokens", NGC, { maxLength: 512 }],
    ["where Python forms the batches by their tokens", { pypi: {} }, { maxLength: 8192 }],
    ["in front of the C++ backend, too", NGC, { maxLength: 8192, pipeline: "fused" }],
  ])("is 16 %s", (_, server, serving) => {
    expect(batches(server, serving)).toEqual([16, undefined]);
  });

  it("is what takes no more memory than 16 texts of 512 tokens, where Triton joins them whatever their length, and that is told", () => {
    const told = (texts: number, tokens: number) =>
      `models.sentiment.serving.maxBatchSize: ${texts}, and not 16, as texts of ${tokens} tokens take so much more memory; a request may have no more texts than that`;
    // 16 × 80 MiB are 5 of 256, or one of 12800.
    expect(batches(NGC, { maxLength: 1024 })).toEqual([5, told(5, 1024)]);
    expect(batches(NGC, { maxLength: 8192 })).toEqual([1, told(1, 8192)]);
  });

  it("is what the config says, if the config says it", () => {
    expect(batches(NGC, { maxLength: 8192, maxBatchSize: 8 })).toEqual([8, undefined]);
  });
});
