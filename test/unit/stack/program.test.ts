/** The program: one service for each model, all under the named cluster's provider; and outputs of a stable shape. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TritonBertServiceArgs } from "../../../components/args";
import { requireDockerDaemon } from "../../../components/image/dockerDaemon";
import { clusterProvider } from "../../../components/kubernetes/cluster";
import type { ServicePlan } from "../../../components/servicePlan";
import { pathText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { program } from "../../../components/stack/program";
import { GOOD, HUB, setConfig } from "./stack";

const made = vi.hoisted(
  () => [] as { name: string; args: TritonBertServiceArgs; provider: unknown; plan: ServicePlan }[],
);
const PROVIDER = vi.hoisted(() => ({ provider: "of the cluster" }));

vi.mock("../../../components/image/dockerDaemon", () => ({ requireDockerDaemon: vi.fn() }));
vi.mock("../../../components/kubernetes/cluster", async (original) => ({
  ...(await original<object>()),
  clusterProvider: vi.fn(() => PROVIDER),
}));
vi.mock("../../../components/tritonBertService", () => ({
  TritonBertService: class {
    url = "url";
    endpoints = "endpoints";
    image = "image";
    imageDigest = "imageDigest";
    quality = "quality";
    modelNames = "modelNames";
    constructor(name: string, args: TritonBertServiceArgs, { provider }: { provider: unknown }, plan: ServicePlan) {
      made.push({ name, args, provider, plan });
    }
  },
}));

let folder: string;

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-program-"));
  fs.writeFileSync(path.join(folder, "kubeconfig"), JSON.stringify({ contexts: [{ name: "somewhere", context: {} }] }));
  vi.stubEnv("KUBECONFIG", path.join(folder, "kubeconfig"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  made.length = 0;
  vi.mocked(requireDockerDaemon).mockClear();
  vi.mocked(clusterProvider).mockClear();
  const newResource = ({ inputs }: pulumi.runtime.MockResourceArgs) => ({ id: "id", state: inputs });
  await pulumi.runtime.setMocks({ call: ({ inputs }) => inputs, newResource }, "shop", "dev", true, "acme");
});

afterEach(() => {
  vi.mocked(process.cwd).mockRestore();
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true });
});

it("makes one service for each model under the cluster's provider, every time it is run", async () => {
  const defaults = { serving: { maxLength: 64 } };
  const models = { b: { model: HUB }, a: { model: HUB, apiName: "ensemble_model" } };
  setConfig({ ...GOOD, namespace: "ml", namePrefix: "x-", defaults, models });
  const [first, second] = [await program(), await program()];
  expect(clusterProvider).toHaveBeenCalledWith("somewhere");
  expect(made.map(({ name, provider }) => [name, provider])).toEqual(
    ["a", "b", "a", "b"].map((name) => [name, PROVIDER]),
  );
  expect(made[0]?.args).toMatchObject({
    apiName: "ensemble_model",
    namespace: "ml",
    namePrefix: "x-",
    registry: GOOD.registry,
    serving: { maxLength: 64, maxBatchSize: 16 },
  });
  // the plan that the config was checked with, whose warnings say where the user wrote it
  expect(made[0]?.plan.spec).toBe(made[0]?.args);
  expect(made[0]?.plan.warnings[0]?.path).toEqual(["triton-bert:models", "a", "resources", "memory"]);
  const fields = ["url", "endpoints", "image", "imageDigest", "quality", "modelNames"];
  const outputs = Object.fromEntries(fields.map((field) => [field, field]));
  expect(first).toEqual({ models: { a: outputs, b: outputs } });
  expect(second).toEqual(first);
});

it("registers nothing, and asks no engine, when the config is wrong", async () => {
  setConfig({ ...GOOD, cluster: { context: "elsewhere" }, models: { a: { model: HUB, replicas: 0 } } });
  const refused = await program().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConfigError);
  expect((refused as ConfigError).problems.map((problem) => pathText(problem.path))).toEqual([
    "triton-bert:models.a.replicas",
    "triton-bert:cluster.context",
  ]);
  expect(requireDockerDaemon).not.toHaveBeenCalled();
  expect(made).toEqual([]);
  expect(clusterProvider).not.toHaveBeenCalled();
});

it("asks the engine that the stack names, before any resource", async () => {
  setConfig({ ...GOOD, "docker:host": "tcp://engine:2375" });
  vi.mocked(requireDockerDaemon).mockRejectedValueOnce(new Error("No Docker engine answers"));
  await expect(program()).rejects.toThrow("No Docker engine answers");
  expect(requireDockerDaemon).toHaveBeenLastCalledWith({ host: "tcp://engine:2375" });
  expect(made).toEqual([]);
  expect(clusterProvider).not.toHaveBeenCalled();
});
