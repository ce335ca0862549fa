/** The plan of both images, from a parsed config and the server's plan. */
import { expect, it } from "vitest";
import { imagesOf, project, write } from "./world";

it("calls the public model as the service, unless it is called otherwise", () => {
  expect(imagesOf({}, project()).plan.apiName).toBe("sentiment");
  expect(imagesOf({ apiName: "ensemble_model" }, project()).plan.apiName).toBe("ensemble_model");
});

it("hands what the server's plan has chosen on to the server image alone", () => {
  const spec = (options: object) => {
    const { model, server } = imagesOf(options, project()).plan;
    const file = server.files.get("spec.json");
    return { model: model.hash, args: server.args, spec: file && "content" in file ? JSON.parse(file.content) : file };
  };
  const [pypi, ngc] = [spec({ server: { pypi: {} } }), spec({ gpu: { type: "L4", count: 2 } })];
  expect(pypi).toMatchObject({
    args: { FLAVOUR: "pypi", GRAPH: "rewritten", GRAPH_MODEL: "sentiment" },
    spec: { device: "cpu", pipeline: "fused", onnxBackend: "python", limits: { textBytes: 65536, waitSeconds: 10 } },
  });
  expect(ngc).toMatchObject({
    args: {
      FLAVOUR: "ngc",
      BASE_IMAGE: expect.stringMatching(/^nvcr\.io.*-py3$/),
      TOOLS_IMAGE: "python:3.11-slim-bookworm",
      BACKENDS: "python onnxruntime",
      GRAPH: "gpu",
    },
    spec: { device: "gpu", gpuCount: 2, onnxBackend: "onnxruntime" },
  });
  expect(ngc.model).toBe(pypi.model);
});

it("runs the graph on a CPU by the package's own onnxruntime, whichever the server, int8 included", () => {
  const built = (options: object) => {
    const { args, files } = imagesOf(options, project()).plan.server;
    const pins = files.get("requirements/serve/pins.txt");
    return { args, pins: pins && "content" in pins ? pins.content : "", files: [...files.keys()] };
  };
  for (const server of [{ ngc: {} }, { image: { ref: "registry.example.com/triton:1" } }]) {
    const { args, pins, files } = built({ server, precision: "int8" });
    expect(args).toMatchObject({ GRAPH: "rewritten", GRAPH_MODEL: "sentiment", PRECISION: "int8" });
    expect(args).not.toHaveProperty("BACKENDS");
    expect(pins).toMatch(/^onnxruntime==/m);
    expect(files).toContain("src/cpu_graph/int8.py");
  }
  const onGpu = built({ gpu: { type: "L4" } });
  expect(onGpu.pins).not.toMatch(/onnxruntime/);
  expect(onGpu.files).toContain("src/gpu_graph/half.py");
});

it("tells what is wrong with all files at once", () => {
  const options = {
    model: { local: { path: "none" } },
    tokenizer: { local: { path: "none" } },
    labels: { file: "none.json" },
    precision: "int8",
    qualityGate: { texts: "none.txt" },
  };
  expect(imagesOf(options, project()).problems.map(({ path }) => path)).toEqual([
    ["model", "local", "path"],
    ["tokenizer", "local", "path"],
    ["labels", "file"],
    ["qualityGate", "texts"],
  ]);
});

it("holds what names a label against a file of labels, which only the plan reads", () => {
  const folder = project();
  write(folder, { "labels.json": '{"0": "toxic", "1": "insult"}' });
  const options = {
    labels: { file: "labels.json" },
    task: { multiLabelClassification: { thresholds: { toxic: 0.4, insullt: 0.3 } } },
    examples: [{ text: "a", labels: ["insult", "threat"] }],
  };
  expect(imagesOf(options, folder).problems).toMatchObject([
    {
      path: ["examples", 0, "labels", 1],
      got: "threat",
      because: "no class of labels.file has this label",
      remedy: "the labels are toxic, insult",
    },
    { path: ["task", "multiLabelClassification", "thresholds", "insullt"], got: "insullt" },
  ]);
});

it("looks at nothing that is named by an absolute path: that is refused before", () => {
  const options = { model: { local: { path: "/none" } }, labels: { file: "/none.json" } };
  expect(imagesOf(options, project()).problems).toEqual([]);
});
