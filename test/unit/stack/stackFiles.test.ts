/** The committed stacks are right, from the config to the plan of every image and pod. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { pathText, printText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { planStack } from "../../../components/stack/planStack";
import { readStack } from "../../../components/stack/readStack";
import { GOOD, HUB, setConfig } from "./stack";

const ROOT = path.resolve(__dirname, "..", "..", "..");
let projectFolder: string;
const read = () => planStack({ organization: "org", project: "triton-bert", stack: "test", projectFolder });

beforeAll(() => {
  projectFolder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-stack-"));
  fs.mkdirSync(path.join(projectFolder, "sandbox", "model"), { recursive: true });
  for (const name of ["config.json", "model.safetensors"])
    fs.writeFileSync(path.join(projectFolder, "sandbox", "model", name), "{}");
  const contexts = ["triton-bert-sandbox", "somewhere", "prod"].map((name) => ({ name, context: {} }));
  fs.writeFileSync(path.join(projectFolder, "kubeconfig"), JSON.stringify({ contexts }));
  vi.stubEnv("KUBECONFIG", path.join(projectFolder, "kubeconfig"));
});

afterAll(() => {
  vi.unstubAllEnvs();
  fs.rmSync(projectFolder, { recursive: true });
});

function problems(): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ path: at, because }) => `${pathText(at)}: ${printText(because)}`);
    throw error;
  }
  return [];
}

describe("committed stacks", () => {
  const load = (stack: string, folder = ".") =>
    setConfig(parse(fs.readFileSync(path.join(ROOT, folder, `Pulumi.${stack}.yaml`), "utf8")).config);

  it("dev is what the sandbox deploys", () => {
    load("dev");
    read();
    const spec = readStack().services.sentiment?.spec;
    expect(spec).toMatchObject({
      namespace: "triton-bert",
      registry: { generic: { repository: "localhost:5001/triton" } },
      build: { base: "triton-bert-sandbox/python:3.11-bookworm", torchCpuWheels: false },
      model: { local: { path: "sandbox/model" } },
      server: { pypi: {} },
      service: { type: "NodePort" },
      autoscaling: { none: {} },
    });
    expect(spec?.examples).toHaveLength(2);
  });

  it("gpu has a GPU, NVIDIA's own Triton and an autoscaler", () => {
    load("gpu");
    read();
    expect(readStack().services.sentiment?.spec).toMatchObject({
      gpu: { type: "L4", driver: "580", count: 1 },
      precision: "fp16",
      server: { ngc: {} },
      autoscaling: { keda: { min: 2, max: 4, signal: "queueTime", target: "20ms" } },
      placement: {
        tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
        spread: [{ topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" }],
      },
      disruption: { doNotDisrupt: true },
    });
  });

  it("cpu, the example for production, runs an int8 graph in NVIDIA's own Triton", () => {
    load("cpu", "examples");
    const { services } = read();
    expect(readStack().services.sentiment?.spec).toMatchObject({ server: { ngc: {} }, precision: "int8" });
    expect(services.sentiment?.plan.images.server.args).toMatchObject({
      FLAVOUR: "ngc",
      GRAPH: "rewritten",
      PRECISION: "int8",
    });
  });

  it("gpu's lines that are commented out are right, once they are not", () => {
    const text = fs.readFileSync(path.join(ROOT, "Pulumi.gpu.yaml"), "utf8");
    const said = text.replace(
      /^( *)# (?=(products|nodeSelector|runtimeClassName|priorityClassName|customHeaders):)/gm,
      "$1",
    );
    const route = text.replace(/^( *)# (service:| {2}(?:allowFrom|route):| {4}(?:parent|hostnames|grpc):)/gm, "$1$2");
    for (const changed of [said, route]) {
      expect(changed).not.toBe(text);
      setConfig(parse(changed).config);
      expect(problems()).toEqual([]);
    }
  });
});

it("the stack that the README offers to copy is right, once its token is set", () => {
  const readme = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = ""]) => block);
  const stack = blocks.find((block) => block.includes("config:")) ?? expect.fail("the README shows no stack");
  const { config } = parse(stack) as { config: Record<string, unknown> };
  const cluster = { context: "somewhere" }; // theirs is not in this test's kubeconfig
  const keys = {
    ...config,
    "triton-bert:cluster": cluster,
    "triton-bert:credentials": { "hf-readonly": { token: "hf_x" } },
  };
  setConfig(keys, ["triton-bert:credentials"]);
  expect(problems()).toEqual([]);
});

it("refuses to give a model the names that another one has", () => {
  setConfig({ ...GOOD, models: { a: { model: HUB }, b: { model: HUB, renamedFrom: "a" } } });
  expect(problems()).toContainEqual(
    expect.stringMatching(/^triton-bert:models\.b: its Service "a" would have the name/),
  );
});

it("asks files, facts and cluster too, all in one message with the config's own problems", () => {
  const models = {
    a: { model: { local: { path: "nowhere" } }, replicas: 0 },
    b: { model: HUB, server: { pypi: {} }, gpu: { type: "L4" } },
    c: { model: HUB, gpu: { type: "L44" }, labels: { file: "none.json" } },
  };
  setConfig({ ...GOOD, cluster: { context: "somwhere" }, registry: undefined, build: { ca: "none.pem" }, models });
  expect(problems().map((problem) => problem.split(": ")[0])).toEqual([
    "triton-bert:registry",
    "triton-bert:models.a.replicas",
    "triton-bert:cluster.context",
    "triton-bert:build.ca",
    "triton-bert:models.a.model.local.path",
    "triton-bert:models.b.server.pypi",
    "triton-bert:models.c.gpu.type",
    "triton-bert:models.c.labels.file",
  ]);
});

it("blames and warns where the user wrote it, and warns of what stands in `defaults` once", () => {
  const models = { a: { model: HUB }, b: { model: HUB, gpu: { spare: 1 } }, c: { model: HUB, server: { pypi: {} } } };
  const defaults = { gpu: { type: "L4" }, server: { ngc: { release: "26.05" } } };
  setConfig({ ...GOOD, defaults, models });
  expect(problems()).toEqual([
    expect.stringMatching(/^triton-bert:defaults\.server\.ngc\.release: it is affected by/),
    expect.stringMatching(/^triton-bert:models\.c\.server\.pypi: .* and triton-bert:defaults\.gpu asks for a GPU/),
  ]);
  const accepted = { ngc: { release: "26.05", allowInsecureRelease: true } };
  const none = { model: HUB, server: { pypi: {} }, gpu: null };
  setConfig({ ...GOOD, defaults: { ...defaults, server: accepted }, models: { ...models, c: none } });
  const { services } = read();
  const about = (key: string) => services[key]?.warnings.map(({ path }) => pathText(path));
  expect(about("a")).toEqual([
    "triton-bert:defaults.server",
    "triton-bert:models.a.resources.memory",
    "triton-bert:models.a",
  ]);
  // Of the memory b is warned with the words that a is warned with.
  expect(about("b")).toEqual([]);
  expect(about("c")).toEqual(["triton-bert:models.c.server", "triton-bert:models.c.resources.memory"]);
  expect(services.c?.plan.objects.pod.gpu).toBeUndefined();
});

it("knows where each autoscaler stands, for what is told of it after `up`", () => {
  const own = { autoscaling: { cpu: { max: 5 } } };
  setConfig({
    ...GOOD,
    defaults: { autoscaling: { cpu: { max: 3 } } },
    models: { a: { model: HUB }, b: { model: HUB, ...own } },
  });
  const { services } = read();
  expect([services.a, services.b].map((service) => pathText(service?.plan.objects.scaled.path ?? []))).toEqual([
    "triton-bert:defaults.autoscaling",
    "triton-bert:models.b.autoscaling",
  ]);
});
