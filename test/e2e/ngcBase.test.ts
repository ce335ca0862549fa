/** Server images on a base that is not ours: NVIDIA's tree, of which a stand-in has the files, cut down to what serves; the same as a
 *  base of one's own; and bases that lack something. Built as the product plans them, by Docker alone: no cluster. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeContext } from "../../components/image/buildContext";
import { buildOptions } from "../../components/image/options";
import { Pins } from "../../components/image/pins";
import { planImages } from "../../components/image/plan";
import { planSite } from "../../components/image/site";
import { modelOptions } from "../../components/options/modelOptions";
import { planServer } from "../../components/server/plan";
import type { Environment } from "../../sandbox/environment";
import { classifier, environment, project, sandboxBuild } from "./support";

const REPOSITORY = "triton-bert-sandbox/tritonserver";
const WHOLE = `${REPOSITORY}:26.10-py3`;
let sandbox: Environment;

const docker = (...args: string[]) => sandbox.docker(args);
const run = (image: string, script: string, ...options: string[]) =>
  docker("run", "--rm", "--network=none", "--entrypoint=sh", ...options, image, "-ec", script);

/** Builds what the product would, up to a stage of the server image. Returns its tag. */
async function built(name: string, options: object, target?: string): Promise<string> {
  const folder = project;
  const program = { organization: "acme", project: "shop", stack: "e2e-ngc", projectFolder: folder };
  const registry = { generic: { repository: "localhost:5001/e2e" } };
  const site = planSite({ registry, build: buildOptions.parse(sandboxBuild), credentials: {} }, program).plan;
  const spec = modelOptions.parse(classifier(options));
  const { plan, problems } = planImages(spec, planServer(spec).plan, { ...site, model: "sentiment" });
  expect(problems).toEqual([]);
  const build = async (
    part: typeof plan.model | typeof plan.server,
    tag: string,
    more: Record<string, string>,
    stage?: string,
  ) => {
    const context = mkdtempSync(join(tmpdir(), "triton-bert-ngc-"));
    writeContext(context, part.files);
    const args = Object.entries({ ...part.args, ...more }).flatMap(([key, value]) => [
      "--build-arg",
      `${key}=${value}`,
    ]);
    await docker("build", "--progress=plain", ...(stage ? ["--target", stage] : []), "-t", tag, ...args, context);
    return tag;
  };
  const model = await build(plan.model, "triton-bert-e2e-ngc/model:latest", {});
  return build(plan.server, `triton-bert-e2e-ngc/${name}:latest`, { MODEL_IMAGE: model }, target);
}

const size = async (image: string) => Number(await docker("image", "inspect", "--format", "{{.Size}}", image));

beforeAll(async () => {
  sandbox = await environment();
  const packages = new Pins(join(project, "images", "server")).named("numpy", "nvidia-pytriton").trim().split("\n");
  const args = { BASE_IMAGE: sandboxBuild.base, PACKAGES: packages.join(" ") };
  const said = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  await docker("build", "-t", WHOLE, ...said, join(project, "test", "stand-ins", "ngc"));
});

describe("NVIDIA's release on a CPU", () => {
  let image: string;
  beforeAll(async () => {
    image = await built("cpu", { server: { ngc: { repository: REPOSITORY } } });
  });

  it("serves the rewritten graph in the fused model, by the package's own onnxruntime, as any user on a read-only root", async () => {
    const script = [
      "cat /models/sentiment/1/graph.json",
      "tritonserver --model-repository=/models --disable-auto-complete-config --allow-gpu-metrics=false > /tmp/log 2>&1 & ",
      "for i in $(seq 200); do",
      "python3 /opt/triton-bert/golden_probe.py --golden /opt/triton-bert/golden.json --termination-log '' --notes '' --timeout 5 && break;",
      "sleep 1; done",
      "python3 -c 'import onnxruntime, numpy; print(onnxruntime.__file__, numpy.__file__)'",
    ].join("\n");
    const said = await run(image, script, "--user=12345:0", "--read-only", "--tmpfs=/tmp", "--shm-size=256m");
    expect(said).toContain('"padding": "none"');
    expect(said).toMatch(/\/opt\/triton-bert\/venv\/lib\/python3\.11\/site-packages\/onnxruntime/);
    // the base's own, which the stub was built against
    expect(said).toMatch(/\/usr\/local\/lib\/python3\.11\/dist-packages\/numpy/);
    expect(said).toMatch(/1 of 1 golden examples and [1-9]\d* of \d+ texts of the proof answered right/);
  });

  it("holds what serves and nothing else of the whole image", async () => {
    const script =
      "ls /opt/tritonserver /opt/tritonserver/backends; find / -xdev -name '*cupy*' -o -xdev -name 'nsys' -o -xdev -name 'libcudnn*' -o -xdev -name 'libcublas*' 2>/dev/null || :; cat /NGC-DL-CONTAINER-LICENSE; dpkg-query -W | wc -l; find / -xdev -name 'libdcgm*' 2>/dev/null | wc -l; id triton-server; env";
    const said = await run(image, script);
    expect(said).toContain("LICENSE\nTRITON_VERSION\nbackends\nbin\nlib\n");
    expect(said).not.toMatch(/cupy|nsys|libcudnn|libcublas|tensorrt|onnxruntime\n/);
    expect(said).toContain("another");
    expect(said).toContain("uid=1000(triton-server)");
    expect(said).not.toContain("NVIDIA_VISIBLE_DEVICES");
    expect(await size(image)).toBeLessThan((await size(WHOLE)) - 100_000_000);
  });
});

describe("NVIDIA's release on a GPU", () => {
  it("has the backend, all that its CUDA provider links or opens, and no other provider", async () => {
    const gpu = { type: "L4", driver: "580" };
    const image = await built("gpu", { server: { ngc: { repository: REPOSITORY } }, gpu }, "runtime");
    const found = await run(image, "find / -xdev -name 'lib*.so*' 2>/dev/null | sed 's,.*/,,'; env");
    for (const name of [
      "cudart.so.13",
      "cublasLt.so.13",
      "cudnn_ops.so.9",
      "cudnn_graph.so.9.15.0",
      "nvrtc-builtins.so.13",
      "nvJitLink.so.13",
    ])
      expect(found).toContain(`lib${name}`);
    expect(found).toContain("libdcgmmoduleprofiling.so.4");
    expect(found).toContain("libonnxruntime_providers_cuda.so");
    expect(found).not.toMatch(/providers_tensorrt|providers_openvino|libcuda\.so|NVIDIA_VISIBLE_DEVICES/);
    expect(found).toContain("NVIDIA_DRIVER_CAPABILITIES=compute,utility");
  });
});

it("a base of one's own serves as it is, with none of the node's GPUs", async () => {
  const image = await built("own", { server: { image: { ref: WHOLE } } });
  const said = await run(
    image,
    "cat /models/sentiment/1/graph.json; ls /opt/tritonserver/backends; echo $NVIDIA_VISIBLE_DEVICES",
  );
  expect(said).toContain('"padding": "none"');
  expect(said).toMatch(/^tensorrt\nvoid$/m);
});

describe("a base that lacks something ends its build with the fault's own exit code", () => {
  const gpu = { type: "L4", driver: "580" };
  it.each([
    ["Python", "rm /usr/bin/python3", {}, 50],
    ["tritonserver", "rm /opt/tritonserver/bin/tritonserver", {}, 52],
    ["the python backend", "rm /opt/tritonserver/backends/python/*.so", {}, 53],
    ["the onnxruntime backend", "rm -r /opt/tritonserver/backends/onnxruntime", { gpu }, 54],
    ["a library of the CUDA provider", "rm /usr/lib/x86_64-linux-gnu/libcudnn.so.9*", { gpu }, 55],
    ["numpy 1", "echo '__version__ = \"2.1.0\"' > /usr/local/lib/python3.11/dist-packages/numpy/__init__.py", {}, 56],
    ["late answers", "echo 2.46.0 > /opt/tritonserver/TRITON_VERSION", {}, 57],
  ])("%s", async (_, change, options, code) => {
    const folder = mkdtempSync(join(tmpdir(), "triton-bert-base-"));
    writeFileSync(join(folder, "Dockerfile"), `FROM ${WHOLE}\nRUN ${change}\n`);
    const ref = "triton-bert-e2e-ngc/unfit:latest";
    await docker("build", "-q", "-t", ref, folder);
    await expect(built("unfit", { server: { image: { ref } }, ...options })).rejects.toMatchObject({
      output: expect.stringContaining(`exit code: ${code}`),
    });
  });
});
