import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import type { ContextFile, ContextFiles } from "../../../components/image/contextFiles";
import { type ImagePlan, planImage } from "../../../components/image/imagePlan";
import { type ExportOptions, planModelImage } from "../../../components/image/modelImage";
import { buildOptions } from "../../../components/image/options";
import { exportFiles, serverFiles, taskFiles } from "../../../components/image/packageFolders";
import { genericProblems, genericRegistry } from "../../../components/image/registries/generic";
import { planServerImage, type ServeOptions } from "../../../components/image/serverImage";
import type { BuildSite } from "../../../components/image/site";
import { STORAGES } from "../../../components/image/storages/storages";
import { limitsOf } from "../../../components/server/limits";
import { rolloutOptions, servingOptions } from "../../../components/server/options";
import type { ServerChoice } from "../../../components/server/supportMatrix";
import { program, project, REVISION, site, siteDraft, write } from "./world";

/** The docker provider's `build.contextDigest`, as recipes.md gives it: over name, Go mode string, SHA-256 of the content
 *  and NUL of each file, the Dockerfile first. The mode is 0644, as buildContext.test.ts holds. */
function contextDigest(files: ContextFiles): string {
  const sum = createHash("sha256");
  const record = (name: string, mode: string, file: ContextFile | undefined) => {
    const bytes = file === undefined ? "" : "content" in file ? file.content : fs.readFileSync(file.file);
    sum.update(name).update(mode).update(createHash("sha256").update(bytes).digest()).update("\0");
  };
  record("Dockerfile", "----------", files.get("Dockerfile"));
  for (const name of [...files.keys()].sort()) record(name, "-rw-r--r--", files.get(name));
  return sum.digest("hex");
}

/** All inputs of the docker.Image that come from a plan, but for the hash itself. */
function inputs(place: BuildSite, plan: ImagePlan): string {
  const repository = place.registry.repository(place.model);
  return JSON.stringify([contextDigest(plan.files), plan.context, plan.args, repository, place.project, place.stack]);
}

const HUB: ExportOptions = {
  model: { hf: { id: "acme/sentiment", revision: REVISION } },
  task: { textClassification: { probabilities: false } },
  qualityGate: { maxLogitDifference: 1e-3 },
  image: { attempt: 1 },
};

const SERVE: ServeOptions = {
  apiName: "sentiment",
  tag: "latest",
  image: { pin: "tag", attempt: 1 },
  serving: { pipeline: "ensemble", inProcess: false, maxBatchSize: 16, instances: 1 },
  task: { textClassification: { probabilities: false } },
  examples: [{ text: "I love it", predicts: "positive" }],
  precision: "fp32",
  qualityGate: { labelAgreement: 0.99 },
  gate: new Map([["gate/texts.txt", { content: "" }]]),
  limits: limitsOf(servingOptions.parse({}), rolloutOptions.parse({})),
};

const PYPI: ServerChoice = { flavour: "pypi", onnxBackend: "python", described: "" };
const NGC: ServerChoice = {
  flavour: "ngc",
  onnxBackend: "onnxruntime",
  described: "",
  baseImage: "nvcr.io/t:26.07-py3",
};

const elsewhere = (repository: string) => ({ registry: genericRegistry({ repository }, {}, program("")) });
const built = (options: object) => ({ build: buildOptions.parse(options) });

const SITES: Record<string, Partial<BuildSite>> = {
  "another project": { project: "office" },
  "another stack": { stack: "prod" },
  "another model": { model: "emotion" },
  "another repository": elsewhere("registry.example.com/other"),
  "another base": built({ base: "python:3.12-slim" }),
  "a package index": built({ packageIndex: "https://pypi.example.com/simple" }),
  "a private CA": built({ ca: "ca.pem" }),
  "a proxy": built({ proxy: { https: "http://proxy.example.com:3128" } }),
};

const several = (options: object = {}) => ({
  multiLabelClassification: { threshold: 0.5, probabilities: false, ...options },
});

const EXPORTS: Record<string, Partial<ExportOptions>> = {
  "another revision": { model: { hf: { id: "acme/sentiment", revision: REVISION.replace("7", "8") } } },
  "another id": { model: { hf: { id: "acme/sentiment-ru", revision: REVISION } } },
  "a local model": { model: { local: { path: "models/emotion" } } },
  "a tokenizer of its own": { tokenizer: { local: { path: "models/emotion" } } },
  "another task": { task: several() },
  "a tighter gate": { qualityGate: { maxLogitDifference: 1e-4 } },
};

const FUSED = { pipeline: "fused", inProcess: true, maxBatchSize: 16, instances: 1 } as const;
const SERVES: Record<string, [Partial<ServeOptions>, ServerChoice]> = {
  "another batch size": [{ serving: { pipeline: "ensemble", inProcess: false, maxBatchSize: 32, instances: 1 } }, PYPI],
  "another pipeline": [{ serving: FUSED }, PYPI],
  "other texts for the gate": [{ serving: FUSED, gate: new Map([["gate/texts.txt", { content: "I love it" }]]) }, PYPI],
  "another precision": [{ precision: "int8" }, PYPI],
  "fp16 on a GPU": [{ gpuCount: 1, precision: "fp16" }, NGC],
  "costs of a run": [
    {
      serving: { ...FUSED, runCosts: { call: 64, tokens: 256 } },
    },
    PYPI,
  ],
  "a shorter length": [
    { serving: { pipeline: "ensemble", inProcess: false, maxBatchSize: 16, instances: 1, maxLength: 128 } },
    PYPI,
  ],
  "more instances": [{ serving: { pipeline: "ensemble", inProcess: false, maxBatchSize: 16, instances: 2 } }, PYPI],
  "another public name": [{ apiName: "ensemble_model" }, PYPI],
  labels: [{ labels: { 0: "neutral", 1: "distress" } }, PYPI],
  "other labels": [{ labels: { 0: "distress", 1: "neutral" } }, PYPI],
  "no examples": [{ examples: [] }, PYPI],
  "another task": [{ task: several() }, PYPI],
  "another threshold": [{ task: several({ threshold: 0.4 }) }, PYPI],
  "a threshold of a label's own": [{ task: several({ thresholds: { positive: 0.4 } }) }, PYPI],
  probabilities: [{ task: { textClassification: { probabilities: true } } }, PYPI],
  "another flavour": [{}, NGC],
  "another release": [{}, { ...NGC, baseImage: "nvcr.io/t:26.08-py3" }],
  "a GPU": [{ gpuCount: 1 }, NGC],
};

function place(change: Partial<BuildSite> = {}): BuildSite {
  const folder = project();
  write(folder, { "ca.pem": "-----BEGIN CERTIFICATE-----\n" });
  return site(folder, change);
}

function modelPlan(at: BuildSite, change: Partial<ExportOptions> = {}): ImagePlan & { tag: string } {
  const { plan, problems } = planModelImage(at, { ...HUB, ...change });
  expect(problems).toEqual([]);
  return plan;
}

function serverPlan(at: BuildSite, change: Partial<ServeOptions> = {}, choice = PYPI, exported = {}) {
  return planServerImage(at, { ...SERVE, ...change }, choice, planModelImage(at, { ...HUB, ...exported }).plan);
}

/** Distinct inputs must have distinct hashes; returns how many there were. */
function distinct(plans: [BuildSite, ImagePlan][]): number {
  const hashOf = new Map(plans.map(([at, plan]) => [inputs(at, plan), plan.hash]));
  expect(new Set(hashOf.values()).size).toBe(hashOf.size);
  return hashOf.size;
}

describe("the hash of a model image", () => {
  it("moves whenever the context digest or another input moves", () => {
    const plans = [
      {},
      ...Object.values(SITES),
      built({ torchCpuWheels: false }),
      built({ hubEndpoint: "https://hub.example.com" }),
    ].map((change): [BuildSite, ImagePlan] => {
      const at = place(change);
      return [at, modelPlan(at)];
    });
    const more = Object.values(EXPORTS).map((change): [BuildSite, ImagePlan] => {
      const at = place();
      return [at, modelPlan(at, change)];
    });
    expect(distinct([...plans, ...more])).toBe(plans.length + more.length);
  });

  it("moves with each attempt, though the build is the same, and the server image's with it", () => {
    const at = place();
    const tries = [1, 2, 3].map((attempt) => ({ image: { attempt } }));
    const plans = tries.map((change) => modelPlan(at, change));
    expect(new Set(plans.map(({ hash }) => hash)).size).toBe(3);
    expect(new Set(plans.map((plan) => inputs(at, plan))).size).toBe(1);
    expect(new Set(tries.map((exported) => serverPlan(at, {}, PYPI, exported).hash)).size).toBe(3);
  });

  it("moves with each of its files, in content and in name", () => {
    const at = place();
    const { files, args, hash } = modelPlan(at);
    expect(files.size).toBeGreaterThan(5);
    for (const name of files.keys()) {
      const changed = new Map(files).set(name, { content: "changed" });
      expect(planImage(at, "model", changed, args).hash, name).not.toBe(hash);
      const renamed = new Map(files).set(`${name}.txt`, files.get(name) ?? { content: "" });
      renamed.delete(name);
      expect(planImage(at, "model", renamed, args).hash, name).not.toBe(hash);
    }
  });

  it("is over the code of the model's and the tokenizer's storage alone", () => {
    const storagesOf = (change: Partial<ExportOptions>) =>
      [...modelPlan(place(), change).files.keys()].flatMap((name) => /\/fetch\/([a-z]\w*)\.py$/.exec(name)?.[1] ?? []);
    expect(storagesOf({})).toEqual(["hf"]);
    expect(storagesOf(EXPORTS["a local model"] ?? {})).toEqual(["local"]);
    expect(storagesOf(EXPORTS["a tokenizer of its own"] ?? {}).sort()).toEqual(["hf", "local"]);
  });

  it("is the same in another checkout", () => {
    expect(modelPlan(place(), EXPORTS["a local model"]).hash).toBe(modelPlan(place(), EXPORTS["a local model"]).hash);
  });

  it("knows the task, and nothing of how it decides or answers", () => {
    const at = place();
    const [one, other] = [{ threshold: 0.4 }, { thresholds: { a: 0.1 }, probabilities: true }].map(
      (options) => modelPlan(at, { task: several(options) }).hash,
    );
    expect(one).toBe(other);
    expect(one).not.toBe(modelPlan(at).hash);
  });

  it("does not know who may fetch", () => {
    const at = place();
    const plan = modelPlan(at, {
      model: { hf: { id: "acme/sentiment", revision: REVISION, credential: "hf-readonly" } },
    });
    expect(plan.hash).toBe(modelPlan(at).hash);
    expect(JSON.stringify([plan.args, [...plan.files]])).not.toContain("hf-readonly");
  });
});

describe("the hash of a server image", () => {
  it("moves whenever the context digest or another input moves", () => {
    const sites = [{}, ...Object.values(SITES)].map((change): [BuildSite, ImagePlan] => {
      const at = place(change);
      return [at, serverPlan(at)];
    });
    const serves = Object.values(SERVES).map(([change, choice]): [BuildSite, ImagePlan] => {
      const at = place();
      return [at, serverPlan(at, change, choice)];
    });
    expect(distinct([...sites, ...serves])).toBe(sites.length + serves.length);
  });

  it("moves with the model image, whose digest is not known at preview", () => {
    const at = place();
    const hashes = [{}, ...Object.values(EXPORTS)].map((exported) => serverPlan(at, {}, PYPI, exported).hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("is in a name that is known before anything runs", () => {
    const { name, hash } = serverPlan(place());
    expect(name).toBe(`registry.example.com/triton/tritoned_sentiment:latest-${hash}`);
  });
});

describe("a change of the rendering code", () => {
  it("shares no file with the model image but the private CA, how its task decides, and the form of the proof", () => {
    const ours = new Set([
      ...exportFiles(Object.keys(STORAGES)).keys(),
      ...taskFiles("textClassification", "model").keys(),
    ]);
    const servers = (["pypi", "ngc", "image"] as const).flatMap((flavour) => [
      ...serverFiles({ flavour, onnxBackend: "python", graph: "rewritten" }).keys(),
    ]);
    const theirs = [...servers, ...taskFiles("textClassification", "server").keys()];
    expect(theirs.filter((name) => ours.has(name) && name !== "Dockerfile").sort()).toEqual([
      "src/bert_tasks/__init__.py",
      "src/bert_tasks/proof.py",
      "src/bert_tasks/scores.py",
      "src/bert_tasks/text_classification/__init__.py",
      "src/bert_tasks/text_classification/decide.py",
    ]);
  });
});

describe("the problems of a model image", () => {
  const problemsOf = (change: Partial<ExportOptions>, at = place()) =>
    planModelImage(at, { ...HUB, ...change }).problems;
  const ca = (file: string) => siteDraft(place().projectFolder, buildOptions.parse({ ca: file })).problems;

  it("name a private CA that is not there, or is no certificate", () => {
    const path = ["build", "ca"];
    expect(ca("none.pem")).toMatchObject([{ path, got: "none.pem" }]);
    const other = "models/emotion/config.json";
    expect(ca(other)).toMatchObject([{ path, got: other }]);
  });

  it("come all at once", () => {
    const change = { model: { local: { path: "none" } }, tokenizer: { local: { path: "none" } } };
    expect(problemsOf(change)).toHaveLength(2);
  });
});

describe("the registry's login", () => {
  it("needs one user and one secret, or neither", () => {
    const known = { token: { token: "x" }, login: { username: "ci", password: "x" }, unread: {} };
    const told = (said: { username?: string; credential?: string }) =>
      genericProblems({ repository: "registry.example.com/triton", ...said }, known, ["at"]).map(({ path }) => path[1]);
    expect(told({ username: "ci" })).toEqual(["username"]);
    expect(told({ credential: "token" })).toEqual(["credential"]);
    expect(told({ username: "ci", credential: "login" })).toEqual(["username"]);
    for (const right of [
      {},
      { username: "ci", credential: "token" },
      { credential: "login" },
      { credential: "unread" },
    ])
      expect(told(right), JSON.stringify(right)).toEqual([]);
  });

  it.each([
    ["localhost:5001/triton", "localhost:5001"],
    ["registry.example.com/a/b", "registry.example.com"],
    ["acme/triton", "docker.io"],
  ])("of %s is at %s", (repository, server) => {
    expect(genericRegistry({ repository }, {}, program("")).server).toBe(server);
  });
});
