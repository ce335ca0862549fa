import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { TritonBertServiceArgs } from "../../components/args";
import { pathText } from "../../components/shared/paths";
import { ConfigError } from "../../components/shared/problems";
import { TritonBertService as Service } from "../../components/tritonBertService";
import { DIGEST, type Made, type Registered, run as runIn } from "./engine";
import { project, REVISION, tree, write } from "./image/world";

const TYPE = "triton-bert:index:TritonBertService";

let registered: readonly Registered[] = [];
let outputs: Made["outputs"] = {};
let warnings: readonly string[] = [];

/** Runs a program in a project folder of its own, or in `folder`, and returns that. */
async function run(program: () => void, { folder = project(), preview = true } = {}): Promise<string> {
  ({ registered, outputs, warnings } = await runIn(program, folder, preview));
  return folder;
}

const ARGS: TritonBertServiceArgs = {
  model: { local: { path: "models/emotion" } },
  server: { pypi: {} },
  registry: { generic: { repository: "registry.example.com/triton" } },
  namespace: "ml",
};

const HUB: TritonBertServiceArgs = {
  ...ARGS,
  model: { hf: { id: "acme/sentiment", revision: REVISION, credential: "hf" } },
};

const made = (kind: string): Registered[] => registered.filter(({ type }) => type.endsWith(`:${kind}`));
const only = (kind: string, name = ""): Registered => {
  const found = made(kind).filter((child) => child.name.startsWith(name));
  expect(found, `${kind} ${name}`).toHaveLength(1);
  return found[0] as Registered;
};

describe("a service", () => {
  it("makes its children under itself, named after it", async () => {
    await run(() => void new Service("sentiment", { ...ARGS, autoscaling: { cpu: { max: 3 } } }));
    const children = registered.filter(({ type }) => type !== TYPE);
    const listed = children.map(({ name, type, parent }) => `${parent} > ${type} ${name}`).sort();
    expect(listed.map((line) => line.replace(/model-image-[0-9a-f]{12}/, "model-image-<hash>"))).toEqual([
      "sentiment > docker:index/image:Image sentiment-model-image-<hash>",
      "sentiment > docker:index/image:Image sentiment-server-image",
      "sentiment > kubernetes:apps/v1:Deployment sentiment-deployment",
      "sentiment > kubernetes:autoscaling/v2:HorizontalPodAutoscaler sentiment-autoscaler",
      "sentiment > kubernetes:core/v1:Service sentiment-metrics-service",
      "sentiment > kubernetes:core/v1:Service sentiment-service",
      "sentiment > kubernetes:core/v1:ServiceAccount sentiment-service-account",
      "sentiment > kubernetes:networking.k8s.io/v1:NetworkPolicy sentiment-network-policy",
      "sentiment > kubernetes:policy/v1:PodDisruptionBudget sentiment-disruption-budget",
    ]);
  });

  it("never changes the URN of what runs", async () => {
    await run(() => {
      new Service("sentiment", { ...ARGS, autoscaling: { cpu: { max: 3 } } });
      new Service("emotion", ARGS);
    });
    const urns = registered.map(({ type, name, parent }) => {
      const under = parent === "" ? "" : `${TYPE}$`;
      return `urn:pulumi:dev::shop::${under}${type}::${name.replace(/(model-image)-[0-9a-f]{12}$/, "$1-<hash>")}`;
    });
    await expect(`${urns.sort().join("\n")}\n`).toMatchFileSnapshot("urns.golden.txt");
  });

  it("knows both tags at preview, and with them the whole pod", async () => {
    await run(() => void new Service("sentiment", ARGS));
    const model = only("Image", "sentiment-model-image");
    expect(model.inputs.imageName).toMatch(/^registry\.example\.com\/triton\/tritoned_sentiment:onnx-[0-9a-f]{12}$/);
    expect(model.name).toBe(`sentiment-model-image-${model.inputs.imageName.slice(-12)}`);
    const server = only("Image", "sentiment-server-image");
    expect(server.inputs.imageName).toMatch(/tritoned_sentiment:latest-[0-9a-f]{12}$/);
    const [container] = only("Deployment").inputs.spec.template.spec.containers;
    expect(container.image).toBe(server.inputs.imageName);
  });

  it("builds the server from the model image's digest, and pins the pod to a digest on request", async () => {
    await run(() => void new Service("sentiment", { ...ARGS, image: { pin: "digest" } }), { preview: false });
    const reference = `registry.example.com/triton/tritoned_sentiment@${DIGEST}`;
    expect(only("Image", "sentiment-server-image").inputs.build.args.MODEL_IMAGE).toBe(reference);
    expect(only("Deployment").inputs.spec.template.spec.containers[0].image).toBe(reference);
  });

  it("says every input of an image that would differ between machines if unsaid", async () => {
    await run(() => void new Service("sentiment", ARGS));
    for (const kind of ["model", "server"]) {
      const { inputs } = only("Image", `sentiment-${kind}-image`);
      expect(inputs).toMatchObject({ buildOnPreview: false, registry: { server: "registry.example.com" } });
      expect(inputs.build).toMatchObject({
        context: `.triton-bert/dev/sentiment/${kind}`,
        dockerfile: `.triton-bert/dev/sentiment/${kind}/Dockerfile`,
        platform: "linux/amd64",
        builderVersion: "BuilderBuildKit",
      });
    }
  });

  it("hides of the diff of an image what its build is made of, and of nothing else anything", async () => {
    await run(() => void new Service("sentiment", ARGS));
    const hidden = registered.map(({ type, hideDiffs }) => ({ image: type.endsWith(":Image"), hideDiffs }));
    expect(hidden.filter(({ image }) => image)).toHaveLength(2);
    for (const { image, hideDiffs } of hidden) expect(hideDiffs).toEqual(image ? ["build"] : []);
  });

  it("registers its outputs", async () => {
    await run(() => void new Service("sentiment", ARGS), { preview: false });
    const names = ["autoscaling", "endpoints", "image", "imageDigest", "modelNames", "quality", "url"];
    expect(outputs.sentiment?.sort()).toEqual(names);
  });

  it("says at preview where a text is sent", async () => {
    let url = "";
    await run(() => {
      new Service("sentiment", { ...ARGS, apiName: "ensemble_model" }).url.apply((value) => {
        url = value;
      });
    });
    expect(url).toBe("http://sentiment.ml.svc:8000/v2/models/ensemble_model/infer");
  });

  it("warns on itself, at preview", async () => {
    await run(() => void new Service("sentiment", ARGS));
    expect(warnings).toEqual([
      expect.stringMatching(/^sentiment: sentiment\.server: Triton 2\.51\.0 .* dev and tests/),
      expect.stringContaining("no cluster is said"),
    ]);
  });

  it("hands the user's provider and transforms down to every child", async () => {
    // The mocks' engine runs no `transforms`; `transformations` come down the same way, through the parent.
    const seen: string[] = [];
    await run(() => {
      const provider = new k8s.Provider("cluster", { context: "other" });
      const transformations: pulumi.ResourceTransformation[] = [
        ({ type, props, opts }) => {
          seen.push(type);
          return { props: { ...props, marked: true }, opts };
        },
      ];
      new Service("sentiment", ARGS, { provider, transformations });
    });
    const children = registered.filter(({ parent }) => parent === "sentiment");
    expect(children).toHaveLength(8);
    expect(seen).toEqual(expect.arrayContaining(children.map(({ type }) => type)));
    expect(children.map(({ inputs }) => inputs.marked)).toEqual(children.map(() => true));
    const onCluster = children.filter(({ type }) => type.startsWith("kubernetes:"));
    for (const { name, provider } of onCluster) expect(provider, name).toContain("::cluster::");
  });
});

/** How the engine is told that a value is a secret: sdk/go/common/resource/properties.go. */
const [SIGNATURE, SECRET] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

describe("its inputs", () => {
  const said = async (args: TritonBertServiceArgs | (() => TritonBertServiceArgs), preview = true) => {
    await run(() => void new Service("sentiment", typeof args === "function" ? args() : args), { preview });
    return registered.find(({ type }) => type === TYPE)?.inputs;
  };

  it("are what the user wrote", async () => {
    const args = { ...HUB, credentials: { hf: { token: "hf_token_one" } }, serving: { maxLength: 128 } };
    const { credentials: _credentials, ...written } = args;
    expect(await said(args)).toEqual(written);
  });

  it("unwrap no secret, and are the same in a preview that does not know a value yet as in the up after it", async () => {
    const args = () => {
      const image = new docker.Image("other", { imageName: "a/b:c", build: { context: "." } });
      const annotations = { secret: pulumi.secret("hush"), late: image.repoDigest, plain: "here" };
      return { ...ARGS, service: { annotations } };
    };
    const planned = await said(args);
    const service = only("Service", "sentiment-service");
    expect(service.inputs.metadata.annotations.secret).toEqual({ [SIGNATURE]: SECRET, value: "hush" });
    expect(planned.service.annotations).toEqual({ secret: "[output]", late: "[output]", plain: "here" });
    expect(await said(args, false)).toEqual(planned);
  });
});

describe("a token", () => {
  const CREDENTIALS = { hf: { token: pulumi.secret("hf_token_one") } };

  it("is a secret build argument that rotates without a change, and stands nowhere else", async () => {
    const folder = await run(() => void new Service("sentiment", { ...HUB, credentials: CREDENTIALS }));
    const model = only("Image", "sentiment-model-image");
    expect(model.ignoreChanges).toEqual(["build.args.MODEL_CREDENTIAL", "build.args.TOKENIZER_CREDENTIAL"]);
    const { MODEL_CREDENTIAL, ...args } = model.inputs.build.args;
    expect(MODEL_CREDENTIAL).toEqual({ [SIGNATURE]: SECRET, value: '{"token":"hf_token_one"}' });
    expect(Object.keys(args)).toContain("BASE_IMAGE");
    const rest = [args, ...registered.filter((resource) => resource !== model).map(({ inputs }) => inputs)];
    expect(JSON.stringify([rest, tree(folder)])).not.toContain("hf_token_one");
  });

  it("goes to its own role alone: two sources of one model may have two", async () => {
    const hub = (credential: string) => ({ hf: { id: "acme/sentiment", revision: REVISION, credential } });
    const credentials = { ours: { token: "one" }, theirs: { token: "two" } };
    await run(
      () => void new Service("sentiment", { ...ARGS, model: hub("ours"), tokenizer: hub("theirs"), credentials }),
    );
    expect(only("Image", "sentiment-model-image").inputs.build.args).toMatchObject({
      MODEL_CREDENTIAL: { [SIGNATURE]: SECRET, value: '{"token":"one"}' },
      TOKENIZER_CREDENTIAL: { [SIGNATURE]: SECRET, value: '{"token":"two"}' },
    });
  });

  it("moves no name when it is rotated, taken away or given", async () => {
    const names: string[][] = [];
    for (const args of [
      { ...HUB, credentials: CREDENTIALS },
      { ...HUB, credentials: { hf: { token: pulumi.secret("hf_token_two") } } },
      { ...HUB, model: { hf: { id: "acme/sentiment", revision: REVISION } } },
    ]) {
      await run(() => void new Service("sentiment", args));
      names.push(made("Image").flatMap(({ name, inputs }) => [name, inputs.imageName]));
    }
    expect(names[1]).toEqual(names[0]);
    expect(names[2]).toEqual(names[0]);
  });
});

describe("a change", () => {
  /** The images of one model, as name and tag. */
  async function images(args: TritonBertServiceArgs, folder?: string): Promise<{ model: string; server: string }> {
    await run(() => void new Service("sentiment", args), { folder });
    const [model, server] = ["model", "server"].map(
      (kind) => only("Image", `sentiment-${kind}-image`).inputs.imageName,
    );
    return { model, server };
  }

  it("of serving leaves the model image alone", async () => {
    const before = await images(ARGS);
    const after = await images({ ...ARGS, serving: { maxBatchSize: 32 } });
    expect(after.model).toBe(before.model);
    expect(after.server).not.toBe(before.server);
  });

  it("of the number of pods leaves both images alone", async () => {
    expect(await images({ ...ARGS, replicas: 3 })).toEqual(await images(ARGS));
  });

  it("of the model's files moves both", async () => {
    const folder = project();
    const before = await images(ARGS, folder);
    write(folder, { "models/emotion/model.safetensors": "WEIGHTS" });
    const after = await images(ARGS, folder);
    expect(after.model).not.toBe(before.model);
    expect(after.server).not.toBe(before.server);
  });

  it("of one model leaves another's resources as they are", async () => {
    const inputs = async (replaced: TritonBertServiceArgs) => {
      await run(() => {
        new Service("sentiment", replaced);
        new Service("emotion", ARGS);
      });
      return registered.filter(({ name }) => name.startsWith("emotion")).sort((a, b) => (a.name < b.name ? -1 : 1));
    };
    expect(await inputs({ ...HUB, credentials: { hf: { token: "x" } } })).toEqual(await inputs(ARGS));
  });

  it("of the key leaves names and inputs of everything as they are, when it says what the key was", async () => {
    const inputs = async (key: string, args: TritonBertServiceArgs) => {
      await run(() => void new Service(key, args));
      return registered.map(({ type, name, inputs }) => ({ type, name, inputs }));
    };
    const renamed = await inputs("mood", { ...ARGS, renamedFrom: "sentiment" });
    expect(renamed).toEqual(await inputs("sentiment", ARGS));
  });

  it("of the folder that the checkout lies in is none", async () => {
    const everything = async () => {
      await run(() => void new Service("sentiment", ARGS));
      return registered.map(({ type, name, inputs }) => ({ type, name, inputs }));
    };
    expect(await everything()).toEqual(await everything());
  });
});

describe("what is wrong with the args", () => {
  it("is told all at once, before anything is registered or written", async () => {
    const args: TritonBertServiceArgs = {
      ...ARGS,
      model: { local: { path: "models/none" } },
      labels: { file: "none.json" },
      gpu: { type: "L4" },
    };
    let problem: unknown;
    const folder = await run(() => {
      try {
        new Service("sentiment", args);
      } catch (thrown) {
        problem = thrown;
      }
    });
    expect(problem).toBeInstanceOf(ConfigError);
    expect((problem as ConfigError).problems.map((one) => pathText(one.path))).toEqual([
      "sentiment.server.pypi",
      "sentiment.model.local.path",
      "sentiment.labels.file",
    ]);
    expect(registered).toEqual([]);
    expect(fs.existsSync(path.join(folder, ".triton-bert"))).toBe(false);
  });
});
