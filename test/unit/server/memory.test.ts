import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryInput, memoryPlan } from "../../../components/server/memory";
import { resourcesOptions, servingOptions } from "../../../components/server/options";
import { mebibytes } from "../../../components/shared/quantity";
import { told, warned } from "../told";

const MiB = 1024 * 1024;
const base: MemoryInput = {
  resources: resourcesOptions.parse({}),
  serving: { ...servingOptions.parse({}), pipeline: "ensemble", inProcess: false, maxBatchSize: 16 },
  device: "cpu",
  choice: { onnxBackend: "onnxruntime" },
  modelBytes: 91 * MiB,
  limits: { requestBytes: MiB, bodyBytes: 3 * MiB },
};
const servings = fc.record({
  pipeline: fc.constant("ensemble" as const),
  inProcess: fc.constant(false),
  maxBatchSize: fc.integer({ min: 1, max: 64 }),
  maxLength: fc.option(fc.integer({ min: 8, max: 8192 }), { nil: undefined }),
  instances: fc.integer({ min: 1, max: 16 }),
  limits: fc.constant(servingOptions.parse({}).limits),
});

describe("a pod's memory", () => {
  it("is, for a MiniLM: runtime, watch, large requests, 2 × weights, activations of a full batch, /dev/shm, up to the next 64 MiB", () => {
    expect(384 + 24 + 80 + 2 * 91 + 16 * 80 + 112).toBe(2062);
    expect(memoryPlan(base)).toEqual({ shmMiB: 112, limitMiB: 2112, problems: [], warnings: [] });
  });

  it("holds what a real pod of a MiniLM needed: 1171 MiB, and 62 MiB of it for each text of a full batch", () => {
    expect(memoryPlan(base).limitMiB).toBeGreaterThan(1171 * 1.25);
    const wide = memoryPlan({ ...base, serving: { ...base.serving, maxBatchSize: 64 } });
    expect(wide.limitMiB - memoryPlan(base).limitMiB).toBeGreaterThan(48 * 62);
  });

  it("assumes a BERT-large where the model's size is unknown, and says so", () => {
    const { modelBytes: _, ...unknown } = base;
    const { warnings, ...plan } = memoryPlan(unknown);
    expect(plan).toEqual({ ...memoryPlan({ ...base, modelBytes: 1280 * MiB }), warnings: undefined });
    expect(warned(warnings)).toEqual([
      expect.stringMatching(/^models\.sentiment\.resources\.memory: .*4480 MiB fit a BERT-large/),
    ]);
    expect(memoryPlan({ ...unknown, resources: { cpu: 2, memory: "2Gi" } }).warnings).toEqual([]);
  });

  it("counts /dev/shm in the limit, has at least 64 MiB of it, and never shrinks when the work grows", () => {
    fc.assert(
      fc.property(
        servings,
        fc.integer({ min: 1, max: 4096 }),
        fc.constantFrom("cpu", "gpu"),
        (serving, model, device) => {
          const input = { ...base, serving, device, modelBytes: model * MiB } as const;
          const plan = memoryPlan(input);
          expect(plan.shmMiB).toBeGreaterThanOrEqual(64);
          expect(plan.limitMiB).toBeGreaterThanOrEqual(plan.shmMiB + model * serving.instances + 384);
          const more = memoryPlan({ ...input, serving: { ...serving, instances: serving.instances + 1 } });
          expect(more.limitMiB).toBeGreaterThanOrEqual(plan.limitMiB);
          expect(more.shmMiB).toBeGreaterThanOrEqual(plan.shmMiB);
        },
      ),
    );
  });

  it("is, where python runs the graph: runtime + weights of both sessions + one long text for each core and one besides", () => {
    const fused = {
      ...base,
      choice: { onnxBackend: "python" },
      serving: { ...base.serving, pipeline: "fused", inProcess: true },
    } as const;
    expect(384 + 24 + 80 + 2 * 2 * 91 + 3 * 80 + 112).toBe(1204);
    expect(memoryPlan(fused)).toMatchObject({ shmMiB: 112, limitMiB: 1216 });
    expect(memoryPlan({ ...fused, resources: { cpu: 1.5 } }).limitMiB).toBe(960);
    expect(memoryPlan({ ...fused, serving: { ...fused.serving, maxBatchSize: 64 } }).limitMiB).toBe(1536);
    const ensemble: MemoryInput = { ...base, choice: { onnxBackend: "python" } };
    expect(memoryPlan(ensemble).limitMiB).toBe(1216);
    // One core each: a session less, and two texts.
    expect(384 + 24 + 80 + 2 * (2 * 91 + 2 * 80) + 112).toBe(1284);
    expect(memoryPlan({ ...ensemble, serving: { ...base.serving, instances: 2 } }).limitMiB).toBe(1344);
  });

  it("grows with the square of the length, in a full batch of the C++ backend", () => {
    const of = (maxLength: number) => memoryPlan({ ...base, serving: { ...base.serving, maxLength } }).limitMiB;
    expect(of(512)).toBe(memoryPlan(base).limitMiB);
    // Of each of the 16: 32 MiB for the feed-forward layer and 48 for attention, times 8 and times 64.
    expect(of(4096) - of(512)).toBeGreaterThanOrEqual(16 * (32 * 7 + 48 * 63));
    expect(of(8192) / of(4096)).toBeGreaterThan(3.5);
  });

  it("has room for one very long text beside the short ones, where python runs the graph, whatever the cores", () => {
    const serving = { ...base.serving, pipeline: "fused", inProcess: true, maxLength: 8192 } as const;
    const fused = { ...base, choice: { onnxBackend: "python" }, serving } as const;
    expect(384 + 24 + 80 + 2 * 2 * 91 + 3 * 80 + (32 * 16 + 48 * 256) + 112).toBe(14004);
    expect(memoryPlan(fused).limitMiB).toBe(14016);
    expect(memoryPlan({ ...fused, resources: { cpu: 8 } }).limitMiB).toBe(14528);
    // A BERT-large has 16 heads instead of 12.
    const large = memoryPlan({ ...fused, modelBytes: 1278 * MiB }).limitMiB;
    expect(large - memoryPlan(fused).limitMiB).toBeGreaterThan(4 * (1278 - 91) + (48 * 256) / 3 - 64);
    // A run may be as large as the config says.
    const runs = { ...serving, runCosts: { call: 32, tokens: 16384 } };
    expect(memoryPlan({ ...fused, serving: runs }).limitMiB).toBe(14016 + 12800);
  });

  it("warns where the memory that the config says can't hold a text as long as it may be", () => {
    const said = { ...base, resources: { cpu: 2, memory: "4Gi" } };
    expect(memoryPlan(said).warnings).toEqual([]);
    const { problems, warnings } = memoryPlan({ ...said, serving: { ...base.serving, maxLength: 2048 } });
    expect(problems).toEqual([]);
    expect(warned(warnings)).toEqual([
      "models.sentiment.resources.memory: texts of 2048 tokens may need 15168 MiB, and a pod that runs out of its 4096 MiB is killed; give it as much, or lower models.sentiment.serving.maxLength",
    ]);
  });

  it("has room in /dev/shm for two batches of requests whose bodies are as large as may be, and for every process besides", () => {
    expect(2 * 16 * 3 + 3 * (1 + (2 * 16 * 512 * 3 * 8) / MiB)).toBe(100.125);
    expect(memoryPlan(base).shmMiB).toBe(112);
    const small = { ...base.limits, bodyBytes: MiB / 4 };
    expect(memoryPlan({ ...base, limits: small }).shmMiB).toBe(64);
    const wide = { ...base.serving, maxBatchSize: 64 };
    expect(memoryPlan({ ...base, serving: wide }).shmMiB).toBe(400);
  });

  it("grows by what is given to /dev/shm", () => {
    expect(memoryPlan({ ...base, shm: "1Gi" })).toMatchObject({ shmMiB: 1024, limitMiB: 2112 + 896 });
  });

  it("is what the config says, if the config says it", () => {
    expect(memoryPlan({ ...base, resources: { cpu: 2, memory: "2Gi" } })).toMatchObject({
      limitMiB: 2048,
      warnings: [],
      problems: [],
    });
  });

  it("is refused when /dev/shm and the weights alone fill it", () => {
    const { problems } = memoryPlan({ ...base, resources: { cpu: 2, memory: "128Mi" } });
    expect(told(problems)).toEqual([
      {
        path: "models.sentiment.resources.memory",
        got: "128Mi",
        because: "128 MiB cannot hold /dev/shm (112 MiB), which counts against it, and the weights (91 MiB)",
        remedy: "leave models.sentiment.resources.memory out to have it computed, or give more than 203 MiB",
      },
    ]);
  });

  it("is read in Mi and Gi", () => {
    expect([mebibytes("512Mi"), mebibytes("2Gi")]).toEqual([512, 2048]);
  });
});
