import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bulletinsOf,
  type Card,
  gpuObstacle,
  knownCves,
  minSecure,
  obstacle,
} from "../../../components/server/compatibility";
import { bulletins, gpus, releases, sourceOf } from "../../../components/server/facts";
import { type GpuOptions, gpuOptions, type ServerOptions, serverOptions } from "../../../components/server/options";
import { cardOf, chooseServer, judge } from "../../../components/server/supportMatrix";
import { told, warned } from "../told";

const server = (options: Parameters<typeof serverOptions.parse>[0]): ServerOptions => serverOptions.parse(options);
const gpu = (type: string, driver?: string): GpuOptions => gpuOptions.parse({ type, driver });
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
const card = (type: string): Card => {
  const found = cardOf({ type });
  if (found === undefined) throw new Error(`no ${type} in the facts`);
  return found;
};
const insecurely = (container: string) => ({ ngc: { release: container, allowInsecureRelease: true } });

describe("NVIDIA's release, when none is named", () => {
  const newest = releases.at(-1)?.container ?? "";

  it("is the newest on CPU, with the package's own onnxruntime, and not a word about GPUs", () => {
    const { choice, problems, warnings } = choose({ ngc: {} });
    expect(choice).toMatchObject({ flavour: "ngc", release: newest, onnxBackend: "python" });
    expect(choice?.baseImage).toBe(`nvcr.io/nvidia/tritonserver:${newest}-py3`);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining("rests on what its sources do not state: its Python, taken over"),
    ]);
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
        expect(obstacle(release(choice.release), { card: card(row.name), driver })).toBeUndefined();
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
    expect(release("25.10").min_driver_release_note).toBe("575");
    expect(problems[0]?.because).toContain("needs driver 580 or later, the nodes have 575 (https://docs.nvidia.com/");
    expect(problems[0]?.remedy).toContain('"25.07"');
  });

  it("is refused for a GPU without kernels, though the release note's compute capability would do", () => {
    expect(release("24.12").min_compute_capability).toBe("6.0");
    const { problems } = choose({ ngc: { release: "24.12", allowInsecureRelease: true } }, gpu("V100-16GB"));
    expect(problems[0]?.because).toMatch(
      /has kernels for 75, 80, 86, 90 only \(https:.*onnxruntime_backend\/blob\/r24\.12\//,
    );
    expect(problems[0]?.remedy).toContain('"24.10"');
  });

  it("rests on a field that it does not state: warned, and never refused for that", () => {
    const { choice, warnings } = choose({ ngc: { release: "26.07" } }, gpu("L4", "580"));
    expect(choice?.release).toBe("26.07");
    expect(warnings).toEqual([expect.stringContaining("its onnxruntime's CUDA architectures, taken over from 26.06")]);
    expect(choose({ ngc: { release: "26.07" } }).warnings).toEqual([]);
  });

  it("goes by CUDA's major version where its note contradicts itself (24.07: R545 may be used, and is to be left)", () => {
    expect(choose(insecurely("24.07"), gpu("L4", "545")).choice?.release).toBe("24.07");
  });

  it("needs no note of its own: 25.07 has none", () => {
    const { choice, warnings } = choose(insecurely("25.07"), gpu("L4", "535"));
    expect(choice?.release).toBe("25.07");
    expect(warnings.join()).toContain("its least compute capability, taken over from 25.06");
  });

  it("has a least driver even where it states no CUDA version", () => {
    const silent = releases.filter(({ cuda, container }) => cuda === undefined && container >= "24.09");
    expect(silent.map(({ container }) => container)).toContain("26.03");
    for (const row of silent) expect(row.cuda_major_min_driver).toMatch(/^5[28]\d$/);
  });

  it("has all that it needs in the note of 26.06, which calls itself 26.05 where it speaks of GPUs", () => {
    expect(judge(release("26.06"), { card: card("T4"), driver: "580" })).toMatchObject({ unknown: [] });
  });

  it("is refused when its administrative endpoints cannot be closed", () => {
    const { problems } = choose(insecurely("24.01"));
    expect(problems[0]?.because).toContain("24.02 or later");
    expect(problems[0]?.remedy).toBe('set it to "26.07"');
  });

  it("is refused where its image lacks the onnxruntime backend, and says who says so", () => {
    const { problems } = choose(insecurely("24.02"), gpu("V100-16GB", "535"));
    expect(problems[0]?.because).toMatch(/no onnxruntime backend \(https:.*issues\/6988\)$/);
    // the nearest that has one and runs on this GPU, none of which is secure
    expect(problems[0]?.remedy).toBe('set it to "24.03"');
  });

  it("is 24.03 at the oldest, on a CPU and on a GPU", () => {
    for (const on of [undefined, gpu("T4", "535")]) {
      expect(choose(insecurely("24.03"), on).choice?.release).toBe("24.03");
      expect(choose(insecurely("24.03"), on).choice?.onnxBackend).toBe("onnxruntime");
    }
    expect(choose(insecurely("24.06")).choice?.onnxBackend).toBe("python");
    expect(choose(insecurely("24.06"), gpu("T4", "535")).choice?.onnxBackend).toBe("onnxruntime");
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
    ["A100", "A100-40GB or A100-80GB? Of another GPU, say models.sentiment.gpu.computeCapability instead"],
    ["H2000", "H200"],
    ["abacus", "P100, P4"],
  ])("get a hint when they are not: %s", (name, hint) => {
    const { choice, problems } = choose({ image: { ref: "mine" } }, gpu(name));
    expect(choice).toBeUndefined();
    expect(problems[0]?.remedy).toContain(hint);
  });
});

describe("a compute capability", () => {
  const by = (computeCapability: string, driver?: string) => gpuOptions.parse({ computeCapability, driver });

  it("does for a GPU that has no row", () => {
    expect(choose({ ngc: {} }, by("8.7", "580")).choice?.release).toBe(releases.at(-1)?.container);
    const { problems } = choose({ ngc: {} }, by("7.0", "580"));
    expect(problems[0]).toMatchObject({ path: "models.sentiment.gpu.computeCapability", got: "7.0" });
    expect(problems[0]?.because).toContain("the GPU has compute capability 7.0");
  });

  it("decides as the GPU's name does", () => {
    const drivers = fc.constantFrom("470", "525", "575", "580", undefined);
    fc.assert(
      fc.property(fc.constantFrom(...gpus), drivers, ({ name, compute_capability }, driver) => {
        const [named, said] = [gpu(name, driver), by(compute_capability, driver)].map((on) => choose({ ngc: {} }, on));
        expect(said?.choice).toEqual(named?.choice);
      }),
    );
  });
});

describe("a verdict", () => {
  it("names the nearest release that runs there, a secure one if any", () => {
    const cases = [
      ["24.12", "V100-16GB", "535", "24.10"],
      ["25.10", "L4", "575", "25.07"],
      ["26.06", "L4", "535", "25.07"],
      ["22.01", "H100-80GB", "580", "26.07"],
      ["26.10", "P100", undefined, "24.10"],
    ] as const;
    for (const [container, type, driver, nearest] of cases)
      expect(judge(release(container), { card: card(type), driver }).nearest, container).toBe(nearest);
  });

  it("gives a source with each obstacle that comes from the facts", () => {
    for (const row of releases.filter(({ container }) => container >= "24.02"))
      for (const { name } of gpus)
        for (const driver of ["470", "535", "575", "580"]) {
          const found = obstacle(row, { card: card(name), driver });
          if (found) expect(found.source, `${row.container} ${name} ${driver}`).toMatch(/^https:/);
        }
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
    const ref = `registry.example.com/triton@sha256:${"1".repeat(64)}`;
    expect(choose({ image: { ref } })).toEqual({
      choice: {
        flavour: "image",
        onnxBackend: "python",
        baseImage: ref,
        described: `image ${ref}`,
      },
      problems: [],
      warnings: [],
    });
  });
});

describe("the facts", () => {
  it("say where each field of a release comes from, but for the release itself", () => {
    for (const row of releases)
      for (const field of Object.keys(row) as (keyof typeof row)[])
        if (field !== "container" && field !== "source")
          expect(sourceOf(row, field), `${row.container} ${field}`).toMatch(/^https:/);
  });

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
    ["GeForce RTX 5090", "26.06", true], // 12.0 runs the family 120f
    ["H100-80GB", "23.04", true],
    ["H100-80GB", "23.05", false], // which lost what 23.04 had
  ])("let a %s run %s: %s", (type, container, runs) => {
    expect(gpuObstacle(card(type), release(container)) === undefined).toBe(runs);
  });
});
