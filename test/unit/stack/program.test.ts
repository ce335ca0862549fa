/** The program: one service for each model, all under the named cluster's provider; and outputs of a stable shape. */
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { requireDockerDaemon } from "../../../components/image/dockerDaemon";
import type { StackOutputs } from "../../../components/shared/outputs";
import { pathText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { program } from "../../../components/stack/program";
import { TritonBertService } from "../../../components/tritonBertService";
import { type Made, type Registered, run } from "../engine";
import { project, write } from "../image/world";
import { GOOD, HUB, setConfig } from "./stack";

vi.mock("../../../components/image/dockerDaemon", () => ({ requireDockerDaemon: vi.fn() }));

let folder: string;

beforeEach(() => {
  folder = project();
  write(folder, { kubeconfig: JSON.stringify({ contexts: [{ name: "somewhere", context: {} }] }) });
  vi.stubEnv("KUBECONFIG", path.join(folder, "kubeconfig"));
  vi.mocked(requireDockerDaemon).mockClear();
});

afterEach(() => void vi.unstubAllEnvs());

/** What the program makes of the config that is set, and its outputs. */
async function made(): Promise<Made & { outputs: Record<string, string[]>; stack: StackOutputs }> {
  let stack: StackOutputs = {};
  const result = await run(async () => {
    stack = await program();
  }, folder);
  return { ...result, stack };
}

/** What the program throws, and that nothing was registered until then. */
async function refused(): Promise<unknown> {
  let problem: unknown;
  const { registered } = await run(
    () =>
      program().catch((thrown: unknown) => {
        problem = thrown;
      }),
    folder,
  );
  expect(registered).toEqual([]);
  return problem;
}

const services = (registered: readonly Registered[]) =>
  registered.filter(({ type }) => type === "triton-bert:index:TritonBertService").map(({ name }) => name);

it("makes one service for each model under the cluster's provider, every time it is run", async () => {
  const defaults = { serving: { maxLength: 64 }, autoscaling: { keda: { max: 3, prometheus: "http://prom:9090" } } };
  const models = { b: { model: HUB }, a: { model: HUB, apiName: "ensemble_model" } };
  setConfig({ ...GOOD, namespace: "ml", namePrefix: "x-", defaults, models });
  const [first, second] = [await made(), await made()];
  expect(services(first.registered)).toEqual(["a", "b"]);
  const provider = first.registered.find(({ type }) => type === "pulumi:providers:kubernetes");
  expect(provider).toMatchObject({ name: "cluster", inputs: { context: "somewhere" } });
  const objects = first.registered.filter(({ type }) => type.startsWith("kubernetes:"));
  expect(objects.length).toBeGreaterThanOrEqual(14);
  for (const { name, provider: used, inputs } of objects) {
    expect(used, name).toContain("::cluster::");
    expect(inputs.metadata, name).toMatchObject({ namespace: "ml", name: expect.stringMatching(/^x-[ab]/) });
  }
  // What is told of a model is told where the user wrote it.
  expect(first.warnings).toContainEqual(expect.stringMatching(/^a: triton-bert:models\.a\.resources\.memory: /));
  expect(second).toEqual({ ...first, stack: expect.anything() });
});

it("tells the engine of each model what was written: in it, in `defaults`, and for all of them", async () => {
  const defaults = { serving: { maxLength: 64 }, gpu: { type: "L4", driver: "580" } };
  const models = { a: { model: HUB, gpu: null, serving: { maxBatchSize: 4 } } };
  const login = { username: "robot", password: "hush" };
  const registry = { generic: { ...GOOD.registry.generic, credential: "push" } };
  setConfig({ ...GOOD, registry, namespace: "ml", credentials: { push: login }, defaults, models }, ["credentials"]);
  const { registered } = await made();
  const service = registered.find(({ type }) => type === "triton-bert:index:TritonBertService");
  const serving = { maxBatchSize: 4, maxLength: 64 };
  expect(service?.inputs).toEqual({ model: HUB, namespace: "ml", registry, serving });
});

it("has outputs of a stable shape, by model", async () => {
  const autoscaling = { keda: { max: 3, prometheus: "http://prom:9090" } };
  setConfig({ ...GOOD, models: { a: { model: HUB, autoscaling } } });
  const { stack } = await made();
  expect(Object.keys(stack)).toEqual(["a"]);
  const fields = ["url", "endpoints", "image", "imageDigest", "quality", "modelNames", "autoscaling"];
  expect(Object.keys(stack.a ?? {})).toEqual(fields);
  const known = await new Promise((resolve) =>
    pulumi.output([stack.a?.modelNames, stack.a?.autoscaling]).apply(resolve),
  );
  expect(known).toEqual([["a"], { query: expect.stringContaining("nv_inference_queue_duration_us") }]);
});

it("makes of a model what the component makes of the same args", async () => {
  const model = { local: { path: "models/emotion" } };
  const options = { labels: { inline: { 0: "a", 1: "b" } }, replicas: 3, serving: { maxBatchSize: 4 } };
  const { cluster: _, models: __, ...shared } = GOOD;
  setConfig({ ...GOOD, defaults: { serving: options.serving }, models: { sentiment: { ...options, model } } });
  const ours = (await made()).registered;
  const theirs = (await run(() => void new TritonBertService("sentiment", { ...shared, ...options, model }), folder))
    .registered;
  const withoutProvider = (all: readonly Registered[]) =>
    all.filter(({ type }) => !type.startsWith("pulumi:")).map(({ provider: _provider, ...rest }) => rest);
  expect(withoutProvider(ours)).toEqual(withoutProvider(theirs));
});

it("registers nothing, and asks no engine, when the config is wrong", async () => {
  setConfig({ ...GOOD, cluster: { context: "elsewhere" }, models: { a: { model: HUB, replicas: 0 } } });
  const problem = await refused();
  expect(problem).toBeInstanceOf(ConfigError);
  expect((problem as ConfigError).problems.map((one) => pathText(one.path))).toEqual([
    "triton-bert:models.a.replicas",
    "triton-bert:cluster.context",
  ]);
  expect(requireDockerDaemon).not.toHaveBeenCalled();
});

it("asks the engine that the stack names, before any resource", async () => {
  setConfig({ ...GOOD, "docker:host": "tcp://engine:2375" });
  vi.mocked(requireDockerDaemon).mockRejectedValueOnce(new Error("No Docker engine answers"));
  expect(await refused()).toEqual(new Error("No Docker engine answers"));
  expect(requireDockerDaemon).toHaveBeenLastCalledWith({ host: "tcp://engine:2375" });
});
