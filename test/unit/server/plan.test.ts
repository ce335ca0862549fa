/** The server's plan, from a parsed config; and what the pod runs, once it is known what stands around. */
import { describe, expect, it } from "vitest";
import { modelOptions } from "../../../components/options/modelOptions";
import { planServer } from "../../../components/server/plan";
import { planProcess } from "../../../components/server/process";

const parsed = (options: object) => modelOptions.parse({ model: { local: { path: "model" } }, ...options });
const pypi = parsed({ server: { pypi: {} } });
const around = { behindGateway: false, grpc: true, streamSeconds: 3600, waves: 1, modelBytes: 91 << 20 };

describe("the server's plan", () => {
  it("says which Triton, on what, in which pipeline, and what a client may ask", () => {
    expect(planServer(pypi)).toMatchObject({
      plan: {
        choice: { flavour: "pypi" },
        device: "cpu",
        serving: { pipeline: "fused", inProcess: true },
        limits: { textBytes: 65536 },
      },
      problems: [],
      warnings: [{ path: ["server"] }],
    });
    expect(planServer(parsed({ gpu: { type: "L4" } })).plan).toMatchObject({
      choice: { flavour: "ngc" },
      device: "gpu",
    });
  });

  it("has fp16 on a GPU alone", () => {
    const onCpu = { path: ["precision"], got: "fp16", because: expect.stringContaining("on a CPU it makes fp32") };
    expect(planServer(parsed({ precision: "fp16" })).problems).toMatchObject([onCpu]);
    expect(planServer(parsed({ precision: "fp16", gpu: { type: "L4" } })).problems).toEqual([]);
  });

  it.each([
    [{ server: { pypi: {} }, gpu: { type: "L4" } }, "pypi", ["server", "pypi"]],
    [{ server: { ngc: { release: "26.05" } } }, "ngc", ["server", "ngc", "release"]],
    [{ server: { image: { ref: "mine" } }, gpu: { type: "L44" } }, "image", ["gpu", "type"]],
  ])("knows all but the release where that is refused: %o", (options, flavour, path) => {
    const { plan, problems } = planServer(parsed(options));
    expect(problems).toMatchObject([{ path }]);
    expect(plan).toMatchObject({ choice: { flavour }, limits: { waitSeconds: 10 } });
    expect(plan.choice.release).toBeUndefined();
  });
});

describe("what the pod runs", () => {
  const run = (spec = pypi, more = {}) => planProcess(spec, planServer(spec).plan, { ...around, ...more });

  it("asks Triton where Triton listens, with a gateway before it and without", () => {
    const ports = [run(), run(pypi, { behindGateway: true })].map(({ plan }) =>
      [...plan.command, ...plan.args].filter((arg) => arg.startsWith("--http-port=")),
    );
    expect(ports).toEqual([
      ["--http-port=8000", "--http-port=8000"],
      ["--http-port=18000", "--http-port=18000"],
    ]);
  });

  it("waits for each wave of pods, and fits the model", () => {
    const [one, four] = [run().plan, run(pypi, { waves: 4 }).plan];
    expect(four.lifecycle.awaitSeconds).toBe(one.lifecycle.awaitSeconds + 3 * (300 + 35));
    expect(run(pypi, { modelBytes: 911 << 20 }).plan.memory.limitMiB).toBeGreaterThan(one.memory.limitMiB);
  });

  it("tells what memory cannot hold, and what had to be assumed", () => {
    expect(run(parsed({ resources: { memory: "96Mi" } })).problems).toMatchObject([{ path: ["resources", "memory"] }]);
    expect(run(pypi, { modelBytes: undefined }).warnings).toMatchObject([{ path: ["resources", "memory"] }]);
  });
});
