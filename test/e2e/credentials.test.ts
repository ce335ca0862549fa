/** A private model from the Hub and its tokenizer from ClearML, each by a credential of its own whose secret must turn up nowhere; then
 *  a tokenizer from a web server, which needs none. Hub and ClearML are stand-ins that speak their protocols (none can be reached
 *  here); the clients in the build are the real huggingface_hub and clearml. To storage `http` the public files of the Hub are those
 *  of any web server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelOptions } from "../../components/options/modelOptions";
import { NETWORKS } from "../../sandbox/layout";
import type { Stack } from "../../sandbox/stack";
import { type ModelServer, secret, serveClearMl, serveHub, tokenizerFiles } from "./modelServers";
import {
  classifier,
  environment,
  imagesOf,
  infer,
  labelsOf,
  openStack,
  plannedSteps,
  project,
  refusal,
  sandboxBuild,
  stackFile,
} from "./support";

const PORT = 18080;
const HUB = `http://${NETWORKS.docker.gateway}:${PORT}`;
const OLD = secret("hf_");
const NEW = secret("hf_");
const WRONG = secret("hf_");
const KEYS = { access: secret("AK"), secret: secret() };
const [FIRST, SECOND] = ["a", "b"].map((digit) => digit.repeat(8) + secret()) as [string, string];
const WORDS = "0a1b2c";

let hub: ModelServer;
let clearml: ModelServer;
let stack: Stack;
let said = "";

const config = (revision: string, tokenizer: ModelOptions["tokenizer"] = words()) =>
  stackFile(
    {
      hub: classifier({ model: { hf: { id: "acme/sentiment", revision, credential: "reader" } }, tokenizer }),
    },
    { build: { ...sandboxBuild, hubEndpoint: HUB } },
  );

function words() {
  const [api = "", files = ""] = clearml.addresses;
  return { clearml: { modelId: WORDS, server: { api, files }, credential: "words" } };
}

beforeAll(async () => {
  await environment();
  hub = await hubFor(OLD);
  clearml = await serveClearMl(WORDS, KEYS);
  stack = await openStack("e2e-credentials", config(FIRST));
  await useToken(OLD);
  said = await stack.up();
});
afterAll(async () => {
  await stack.destroy();
  await hub.stop();
  await clearml.stop();
});

describe("secrets of storages", () => {
  it("fetch a private model and tokenizer, which then answer", async () => {
    expect(labelsOf(await infer("hub", ["I love it"]))).toEqual(["positive"]);
  });

  it("are in no output, state, build context, image history, config or layer", async () => {
    const { docker } = await environment();
    const images = await imagesOf(stack);
    expect(images.map((image) => image.split(":").pop()?.replace(/-.*/, "")).sort()).toEqual(["latest", "onnx"]);
    const places: Record<string, string | Buffer> = {
      output: said,
      state: await stack.export(),
      "build contexts": contents(join(project, ".triton-bert", "e2e-credentials")),
      backend: contents((stack.place.env.PULUMI_BACKEND_URL ?? "").replace("file://", "")),
    };
    for (const image of images) {
      places[`history of ${image}`] = await docker(["history", "--no-trunc", image]);
      places[`config of ${image}`] = await docker(["image", "inspect", image]);
      const folder = mkdtempSync(join(tmpdir(), "triton-bert-layers-"));
      await docker(["save", "-o", join(folder, "image.tar"), image]);
      places[`layers of ${image}`] = readFileSync(join(folder, "image.tar"));
      rmSync(folder, { recursive: true });
    }
    const holding = (hidden: string) => Object.keys(places).filter((place) => places[place]?.includes(hidden));
    for (const hidden of [OLD, KEYS.secret]) expect(holding(hidden)).toEqual([]);
    // what is no secret is found
    expect(holding("acme/sentiment")).toContain("build contexts");
  });

  it("can be rotated without a diff", async () => {
    await useToken(NEW);
    expect(await plannedSteps(stack)).toEqual([]);
  });

  it("that are current serve a new revision, beside a tokenizer from a web server", async () => {
    await hub.stop();
    hub = await hubFor(NEW);
    await stack.configure(config(SECOND, tokenizerFiles(HUB, "acme/words", FIRST)));
    await useToken(NEW);
    await stack.up();
    expect(labelsOf(await infer("hub", ["I hate it"]))).toEqual(["negative"]);
  });

  it("of another kind, or as text alone, is refused with what would be right", async () => {
    await stack.configure(config(SECOND).replace("credential: words", "credential: robot"));
    await useToken(NEW);
    for (const field of ["username", "password"]) await stack.setSecret(`triton-bert:credentials.robot.${field}`, NEW);
    await stack.setSecret("triton-bert:credentials.plain", NEW);
    const refused = await refusal(stack);
    expect(refused).toContain("triton-bert:credentials.plain: must be a map, not text");
    expect(refused).toContain("{ username, password }, and { accessKeyId, secretAccessKey } is needed here");
    expect(refused).not.toContain(NEW);
  });

  it("that are wrong fail the build: it is told what repository they may not read, and how to see more", async () => {
    await stack.configure(config("c".repeat(8) + secret()));
    await useToken(WRONG);
    const refused = await refusal(stack);
    expect(refused).toMatch(
      /models\.\w+\.model: hf:acme\/sentiment@.*, asked with the credential reader, does not hand the files out/,
    );
    expect(refused).toContain("docker build --progress=plain");
    expect(refused).not.toContain(WRONG);
  });
});

const hubFor = (token: string): Promise<ModelServer> =>
  serveHub(PORT, { "acme/sentiment": "private", "acme/words": "public" }, [FIRST, SECOND], token);

/** `configure` takes all secrets out. */
async function useToken(token: string): Promise<void> {
  await stack.setSecret("triton-bert:credentials.reader.token", token);
  await stack.setSecret("triton-bert:credentials.words.accessKeyId", KEYS.access);
  await stack.setSecret("triton-bert:credentials.words.secretAccessKey", KEYS.secret);
}

/** All files below a folder, as one text. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}
