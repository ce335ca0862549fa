/** A registry that asks for a password, has a certificate of a private CA, keeps its tags and loses images: pods pull with the Secret that
 *  is made for them, a password rotates without a rollout, and nothing blocks for good. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelOptions } from "../../components/options/modelOptions";
import type { Stack } from "../../sandbox/stack";
import { secret } from "./modelServers";
import { type PrivateRegistry, privateRegistry, USER } from "./privateRegistry";
import {
  classifier,
  environment,
  failedUp,
  imagesOf,
  infer,
  labelsOf,
  NAMESPACE,
  object,
  openStack,
  plannedSteps,
  project,
  stackFile,
} from "./support";

const REPOSITORY = "e2e/tritoned_guarded";
const CA = ".triton-bert/e2e-registries-ca.pem";
const [OLD, NEW] = [secret(), secret()];

let registry: PrivateRegistry;
let stack: Stack;
let said = "";
/** The manifest of another image, whose layers stay in the registry. */
let another: Buffer;

const config = (host: string, more: Partial<ModelOptions> = {}) => {
  const quick = { startupSeconds: 60, pullSeconds: 60, endpointDelaySeconds: 1, longestRequestSeconds: 5 };
  // Each new pod pulls, though the node has the image.
  const container = { name: "triton", imagePullPolicy: "Always", resources: { requests: { cpu: "50m" } } };
  const podOverrides = { spec: { containers: [container] } };
  const generic = { repository: `${host}/e2e`, credential: "push", ca: CA };
  const models = { guarded: classifier({ rollout: quick, podOverrides, ...more }) };
  return stackFile(models, { registry: { generic } });
};

beforeAll(async () => {
  await environment();
  registry = await privateRegistry(OLD);
  mkdirSync(join(project, ".triton-bert"), { recursive: true });
  writeFileSync(join(project, CA), registry.ca);
  stack = await openStack("e2e-registries", config(registry.host));
  await usePassword(OLD);
  said = await stack.up();
});
afterAll(async () => {
  await stack.destroy();
  await registry.stop();
  rmSync(join(project, CA));
});

describe("a registry with a password and a private CA", () => {
  it("lets pods pull that have the Secret, and reports be read", async () => {
    expect(labelsOf(await infer("guarded", ["I love it"]))).toEqual(["positive"]);
    const pod = await object<Deployment>("deployment", "guarded");
    expect(pod.spec.template.spec.imagePullSecrets).toEqual([{ name: "guarded-pull" }]);
    expect(said).not.toMatch(/could not be read/);
  });

  it("has its password in no output, state or diff", async () => {
    await usePassword(NEW);
    const places = {
      output: said,
      state: await stack.export(),
      backend: contents((stack.place.env.PULUMI_BACKEND_URL ?? "").replace("file://", "")),
      diff: await stack.preview(["--diff"]),
    };
    const auth = (password: string) => Buffer.from(`${USER}:${password}`).toString("base64");
    const config = (password: string) => JSON.stringify({ auths: { [registry.host]: { auth: auth(password) } } });
    const hidden = [OLD, NEW].flatMap((one) => [one, auth(one), Buffer.from(config(one)).toString("base64")]);
    const holding = Object.entries(places).filter(([, text]) => hidden.some((one) => text.includes(one)));
    expect(holding.map(([place]) => place)).toEqual([]);
    // what is no secret is found
    expect(places.diff).toContain("guarded-pull");
    expect(places.diff.split("\n").filter((line) => line.includes("[secret]"))).toHaveLength(1);
  });

  it("takes another password in one step, and without a rollout", async () => {
    const before = await object<Deployment>("deployment", "guarded");
    await registry.setPassword(NEW);
    expect(await plannedSteps(stack)).toEqual(["update guarded-pull-secret"]);
    await stack.up();
    const after = await object<Deployment>("deployment", "guarded");
    expect(after.metadata.generation).toBe(before.metadata.generation);
    const { kubectl } = await environment();
    const own = ["-n", NAMESPACE];
    await kubectl([...own, "delete", "pod", "-l", "app.kubernetes.io/instance=guarded", "--wait"]);
    await kubectl([...own, "rollout", "status", "deployment/guarded", "--timeout=180s"]);
    expect(labelsOf(await infer("guarded", ["I hate it"]))).toEqual(["negative"]);
  });
});

describe("a registry that has lost an image", () => {
  it("is told of by up, with the way out, while pods run on", async () => {
    const tag = await tagOf("latest");
    another = await registry.manifest(REPOSITORY, tag);
    await registry.lose(REPOSITORY, tag);
    const told = await failedUp(stack);
    expect(told).toMatch(
      /no longer has \S+\/tritoned_guarded:latest-[0-9a-f]{12}, the server image of the model guarded/,
    );
    expect(told).toMatch(/set triton-bert:models\.guarded\.image\.attempt to 2/);
    expect(labelsOf(await infer("guarded", ["I love it"]))).toEqual(["positive"]);
  });
});

describe("a registry whose tags can't be overwritten", () => {
  it("blocks nothing for good, though a tag is there that the stack does not know", async () => {
    const moved = (attempt: number) => config(registry.immutableHost, { image: { attempt } });
    await stack.configure(moved(2));
    await usePassword(NEW);
    const { steps } = JSON.parse(await stack.preview(["--json"])) as { steps: Planned[] };
    const tag = steps.flatMap(({ newState }) => /:(onnx-\w+)$/.exec(newState?.inputs?.imageName ?? "")?.[1] ?? [])[0];
    await registry.tag(REPOSITORY, another, tag ?? expect.fail("no model image is planned"));
    const told = await failedUp(stack);
    expect(told).toMatch(/the registry has \S+:onnx-[0-9a-f]{12} already, and refuses another image under this tag/);
    expect(told).toMatch(/set triton-bert:models\.guarded\.image\.attempt to 3/);
    await stack.configure(moved(3));
    await usePassword(NEW);
    await stack.up();
    expect(labelsOf(await infer("guarded", ["I love it"]))).toEqual(["positive"]);
    expect(await plannedSteps(stack)).toEqual([]);
  });
});

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly template: { readonly spec: { readonly imagePullSecrets: object[] } } };
}

interface Planned {
  readonly newState?: { readonly inputs?: { readonly imageName?: string } };
}

/** `configure` takes all secrets out. */
async function usePassword(password: string): Promise<void> {
  await stack.setSecret("triton-bert:credentials.push.username", USER);
  await stack.setSecret("triton-bert:credentials.push.password", password);
}

/** The tag of the state's image whose tag begins so. */
async function tagOf(kind: string): Promise<string> {
  const tags = (await imagesOf(stack)).map((image) => image.split(":").pop() ?? "");
  return tags.find((tag) => tag.startsWith(`${kind}-`)) ?? expect.fail(`there is no image ${kind}`);
}

/** All files below a folder, as one text. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}
