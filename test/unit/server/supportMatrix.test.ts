import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bulletinsOf,
  findGpu,
  gpuObstacle,
  knownCves,
  minSecure,
  requirements,
} from "../../../components/server/compatibility";
import { bulletins, gpus, releases } from "../../../components/server/facts";
import { type GpuOptions, type ServerOptions, serverOptions } from "../../../components/server/options";
import { chooseServer } from "../../../components/server/supportMatrix";
import { told, warned } from "../told";

const server = (options: Parameters<typeof serverOptions.parse>[0]): ServerOptions => serverOptions.parse(options);
const gpu = (type: string, driver?: string): GpuOptions => ({
  type,
  count: 1,
  spare: 0,
  resource: "nvidia.com/gpu",
  ...(driver === undefined ? {} : { driver }),
});
/** The decision, its problems and warnings as they are told. */
const choose = (options: unknown, card?: GpuOptions) => {
  const { choice, problems, warnings } = chooseServer({ server: server(options), ...(card && { gpu: card }) });
  return { ...(choice && { choice }), problems: told(problems), warnings: warned(warnings) };
};
const release = (container: string) => {
  const found = releases.find((row) => row.container === container);
  if (found === undefined) throw new Error(`no ${container} in the facts`);
  return found;
};
const card = (name: string) => {
  const found = findGpu(name);
  if (found === undefined) throw new Error(`no ${name} in the facts`);
  return found;
};

describe("NVIDIA's release, when none is named", () => {
  const newest = releases.at(-1)?.container ?? "";

  it("is the newest on CPU, without a word about GPUs", () => {
    const { choice, problems, warnings } = choose({ ngc: {} });
    expect(choice).toMatchObject({ flavour: "ngc", release: newest, onnxBackend: "onnxruntime" });
    expect(choice?.baseImage).toBe(`nvcr.io/nvidia/tritonserver:${newest}-py3`);
    expect([problems, warnings]).toEqual([[], []]);
  });

  it("is taken from a mirror when one is named", () => {
    expect(choose({ ngc: { repository: "mirror.example.com/triton" } }).choice?.baseImage).toBe(
      `mirror.example.com/triton:${newest}-py3`,
    );
  });

  it("says so when a newest release is assumed to have the kernels of an older one", () => {
    const { choice, warnings } = choose({ ngc: {} }, gpu("l4", "580"));
    expect(choice?.release).toBe(newest);
    expect(warnings.join()).toContain("CUDA architectures, taken over from 26.06");
  });

  it("is refused when the driver leaves only releases with known CVEs, and the driver is blamed", () => {
    const { choice, problems } = choose({ ngc: {} }, gpu("T4", "535"));
    expect(choice).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: "models.sentiment.gpu.driver", got: "535" });
    expect(problems[0]?.because).toContain("25.07");
    expect(problems[0]?.remedy).toContain("driver 580");
  });

  it("is refused when the GPU leaves only releases with known CVEs, and the GPU is blamed", () => {
    const { problems } = choose({ ngc: {} }, gpu("V100-16GB", "580"));
    expect(problems[0]?.path).toBe("models.sentiment.gpu.type");
  });

  it.each(["P100", "V100-32GB"])("is 24.10 for a %s, with a warning, when the config accepts it", (type) => {
    const { choice, warnings } = choose({ ngc: { allowInsecureRelease: true } }, gpu(type, "535"));
    expect(choice?.release).toBe("24.10");
    expect(warnings.join()).toMatch(/24\.10 is affected by \d+ security bulletins/);
  });

  it("never is an insecure one without consent, whatever the GPU and driver, and always runs there", () => {
    const drivers = fc.option(fc.integer({ min: 400, max: 650 }).map(String), { nil: undefined });
    fc.assert(
      fc.property(fc.constantFrom(...gpus), drivers, fc.boolean(), (row, driver, allowInsecureRelease) => {
        const { choice, problems } = choose({ ngc: { allowInsecureRelease } }, gpu(row.name, driver));
        expect(problems.length === 0).toBe(choice !== undefined);
        if (choice?.release === undefined) return;
        const needs = requirements(release(choice.release));
        expect(gpuObstacle(row, needs)).toBeUndefined();
        if (driver !== undefined) expect(Number(driver)).toBeGreaterThanOrEqual(needs.minDriver);
        if (!allowInsecureRelease) expect(choice.release >= minSecure).toBe(true);
      }),
    );
  });
});

describe("a named release", () => {
  it("is refused with known CVEs, and taken with consent", () => {
    const { problems } = choose({ ngc: { release: "26.05" } });
    expect(problems[0]).toMatchObject({ path: "models.sentiment.server.ngc.release", got: "26.05" });
    expect(problems[0]?.because).toContain("CVE-2026-47606");
    expect(choose({ ngc: { release: "26.05", allowInsecureRelease: true } }).choice?.release).toBe("26.05");
  });

  it("is refused where CUDA 13 meets a driver before 580, though the release note says 575", () => {
    const { problems } = choose({ ngc: { release: "25.10", allowInsecureRelease: true } }, gpu("L4", "575"));
    expect(problems[0]?.because).toContain("needs driver 580 or later, the nodes have 575");
    expect(problems[0]?.remedy).toContain('"25.07"');
  });

  it("is refused for a GPU without kernels, though the release note's compute capability would do", () => {
    expect(release("24.12").min_compute_capability).toBe("6.0");
    const { problems } = choose({ ngc: { release: "24.12", allowInsecureRelease: true } }, gpu("V100-16GB"));
    expect(problems[0]?.because).toContain("has kernels for 75, 80, 86, 90 only");
  });

  it("is refused when its administrative endpoints cannot be closed", () => {
    const { problems } = choose({ ngc: { release: "24.01", allowInsecureRelease: true } });
    expect(problems[0]?.because).toContain("24.02 or later");
  });

  it("is refused when nobody knows it, with the ones that may be named", () => {
    expect(choose({ ngc: { release: "99.01" } }).problems[0]?.remedy).toContain("26.07, 26.08");
  });
});

describe("GPU names", () => {
  it.each(["l4", "L4", "geforce-rtx 4090", "a100_80gb"])("are found in any spelling: %s", (name) => {
    expect(choose({ ngc: {} }, gpu(name, "580")).choice).toBeDefined();
  });

  it.each([
    ["A100", "A100-40GB or A100-80GB"],
    ["H2000", "H200"],
    ["abacus", "P100, P4"],
  ])("get a hint when they are not: %s", (name, hint) => {
    const { choice, problems } = choose({ image: { ref: "mine" } }, gpu(name));
    expect(choice).toBeUndefined();
    expect(problems[0]?.remedy).toContain(hint);
  });
});

describe("the other bases", () => {
  it("warn that PyPI's Triton has known CVEs", () => {
    const { choice, warnings } = choose({ pypi: {} });
    expect(choice).toEqual({
      flavour: "pypi",
      release: "24.10",
      onnxBackend: "python",
      described: "Triton 2.51.0 (24.10) from PyPI",
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("for dev and tests");
  });

  it("refuse a GPU with PyPI's Triton", () => {
    expect(choose({ pypi: {} }, gpu("L4")).problems[0]?.path).toBe("models.sentiment.server.pypi");
  });

  it("trust an image of one's own", () => {
    expect(choose({ image: { ref: "registry.example.com/triton@sha256:1" } })).toEqual({
      choice: {
        flavour: "image",
        onnxBackend: "onnxruntime",
        baseImage: "registry.example.com/triton@sha256:1",
        described: "image registry.example.com/triton@sha256:1",
      },
      problems: [],
      warnings: [],
    });
  });
});

describe("the facts", () => {
  it("say 26.07 is the oldest secure release, by the title of a bulletin", () => {
    expect(minSecure).toBe("26.07");
    expect(knownCves("26.06")).toBe("1 security bulletin of NVIDIA");
    expect(knownCves("26.07")).toBeUndefined();
  });

  it("take a bulletin on one release as one on that release only", () => {
    const ids = (container: string) => bulletinsOf(container).map(({ id }) => id);
    expect(ids("24.11")).toContain(5612);
    expect(ids("24.10")).not.toContain(5612);
  });

  it("read a bulletin that counts by server version as a container release", () => {
    expect(bulletins.find(({ id }) => id === 5509)?.fixedIn).toBe("23.11");
  });

  it.each([
    ["L4", "26.06", true], // 8.9 runs 86-real
    ["B300", "26.06", true], // 10.3 runs the family 100f
    ["B300", "25.01", true], // and plain 100
    ["T4", "26.06", true],
    ["A100-40GB", "26.06", true],
    ["V100-16GB", "24.10", true],
    ["V100-16GB", "24.11", false],
    ["L4", "22.01", true],
    ["H100-80GB", "22.01", false],
    ["B200", "24.12", false],
  ])("let a %s run %s: %s", (type, container, runs) => {
    expect(gpuObstacle(card(type), requirements(release(container))) === undefined).toBe(runs);
  });
});
