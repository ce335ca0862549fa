/** The committed stacks are right, from the config to the plan of every image and pod. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { argsOf, readStackConfig } from "../../../components/config/readStack";
import { ConfigError } from "../../../components/problems";
import { GOOD, HUB, setConfig } from "./stack";

const ROOT = path.resolve(__dirname, "..", "..", "..");
let projectFolder: string;
const read = () => readStackConfig({ organization: "org", project: "triton-bert", stack: "test", projectFolder });

beforeAll(() => {
  projectFolder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-stack-"));
  fs.mkdirSync(path.join(projectFolder, "sandbox", "model"), { recursive: true });
  fs.writeFileSync(path.join(projectFolder, "sandbox", "model", "config.json"), "{}");
  const contexts = ["triton-bert-sandbox", "somewhere"].map((name) => ({ name, context: {} }));
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
    if (error instanceof ConfigError) return error.problems.map(({ path: at, because }) => `${at}: ${because}`);
    throw error;
  }
  return [];
}

describe("committed stacks", () => {
  const load = (stack: string) =>
    setConfig(parse(fs.readFileSync(path.join(ROOT, `Pulumi.${stack}.yaml`), "utf8")).config);

  it("dev is what the sandbox deploys", () => {
    load("dev");
    const stack = read();
    expect(argsOf(stack, "sentiment")).toMatchObject({
      namespace: "triton-bert",
      registry: { repository: "localhost:5001/triton" },
      build: { base: "triton-bert-sandbox/python:3.11-bookworm", torchCpuWheels: false },
      model: { local: { path: "sandbox/model" } },
      server: { pypi: {} },
      service: { type: "NodePort" },
      autoscaling: { none: {} },
    });
    expect(stack.models.sentiment?.examples).toHaveLength(2);
  });

  it("gpu has a GPU, NVIDIA's own Triton and an autoscaler", () => {
    load("gpu");
    const { sentiment } = read().models;
    expect(sentiment).toMatchObject({
      gpu: { type: "L4", driver: "580", count: 1, resource: "nvidia.com/gpu" },
      server: { ngc: {} },
      autoscaling: { podsMetric: { min: 1, max: 4 } },
      placement: { tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }] },
    });
  });
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
    "triton-bert:models.a.model.local.path",
    "triton-bert:build.ca",
    "triton-bert:models.b.server.pypi",
    "triton-bert:models.c.gpu.type",
    "triton-bert:models.c.labels.file",
  ]);
});
