/** A private model and a private tokenizer from the Hub, each by a credential of its own whose token must turn up nowhere. The Hub is a stand-in that speaks its protocol (no hub
 *  can be reached here); the client in the build is the real huggingface_hub. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NETWORKS } from "../../sandbox/layout";
import type { Stack } from "../../sandbox/stack";
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
// New ones in each run: an image that the engine has built before would prove nothing.
const OLD = `hf_${randomBytes(16).toString("hex")}`;
const NEW = `hf_${randomBytes(16).toString("hex")}`;
const WRONG = `hf_${randomBytes(16).toString("hex")}`;
const FIRST = randomBytes(20).toString("hex");
const SECOND = randomBytes(20).toString("hex");

const config = (revision: string) =>
  stackFile(
    {
      hub: classifier({
        model: { hf: { id: "acme/sentiment", revision, credential: "reader" } },
        tokenizer: { hf: { id: "acme/words", revision: FIRST, credential: "words" } },
      }),
    },
    { build: { ...sandboxBuild, hubEndpoint: `http://${NETWORKS.docker.gateway}:${PORT}` } },
  );

let hub: ChildProcess | undefined;
let stack: Stack;
let said = "";

beforeAll(async () => {
  await environment();
  await serveHub(OLD);
  stack = await openStack("e2e-credentials", config(FIRST));
  await useToken(OLD);
  said = await stack.up();
});
afterAll(async () => {
  await stack.destroy();
  await stopHub();
});

describe("tokens for the Hub", () => {
  it("fetch a private model and tokenizer, which then answer", async () => {
    expect(labelsOf(await infer("hub", ["I love it"]))).toEqual(["positive"]);
  });

  it("are in no output, state, build context, image history, config or layer", async () => {
    const { docker } = await environment();
    const images = await imagesOf(stack);
    expect(images.map((image) => image.split(":").pop()?.replace(/-.*/, "")).sort()).toEqual(["latest", "onnx"]);
    expect(said).not.toContain(OLD);
    expect(await stack.export()).not.toContain(OLD);
    expect(contents(join(project, ".triton-bert", "e2e-credentials"))).not.toContain(OLD);
    expect(contents((stack.place.env.PULUMI_BACKEND_URL ?? "").replace("file://", ""))).not.toContain(OLD);
    for (const image of images) {
      expect(await docker(["history", "--no-trunc", image])).not.toContain(OLD);
      expect(await docker(["image", "inspect", image])).not.toContain(OLD);
      const folder = mkdtempSync(join(tmpdir(), "triton-bert-layers-"));
      await docker(["save", "-o", join(folder, "image.tar"), image]);
      expect(readFileSync(join(folder, "image.tar")).includes(OLD)).toBe(false);
    }
  });

  it("can be rotated without a diff", async () => {
    await useToken(NEW);
    expect(await plannedSteps(stack)).toEqual([]);
  });

  it("that are current serve a new revision", async () => {
    await stopHub();
    await serveHub(NEW);
    await stack.configure(config(SECOND));
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
    expect(refused).toContain("{ username, password }, and { token } is needed here");
    expect(refused).not.toContain(NEW);
  });

  it("that are wrong fail the build, which says what repository they may not read", async () => {
    await stack.configure(config(randomBytes(20).toString("hex")));
    await useToken(WRONG);
    const refused = await refusal(stack);
    expect(refused).toContain("acme/sentiment");
    expect(refused).not.toContain(WRONG);
  });
});

async function useToken(token: string): Promise<void> {
  for (const name of ["reader", "words"]) await stack.setSecret(`triton-bert:credentials.${name}.token`, token);
}

async function serveHub(token: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "triton-bert-hub-"));
  for (const repository of ["sentiment", "words"]) {
    for (const revision of [FIRST, SECOND]) {
      const folder = join(root, "acme", repository, revision);
      mkdirSync(folder, { recursive: true });
      cpSync(join(project, "sandbox", "model"), folder, { recursive: true });
    }
    writeFileSync(join(root, "acme", repository, ".private"), "");
  }
  const bind = ["--bind", NETWORKS.docker.gateway, "--port", String(PORT), "--token", token];
  hub = spawn("python3", ["test/stand-ins/hub/server.py", "--root", root, ...bind], { cwd: project, stdio: "ignore" });
  await answering(`http://${NETWORKS.docker.gateway}:${PORT}/`);
}

async function stopHub(): Promise<void> {
  if (!hub || hub.exitCode !== null) return;
  hub.kill();
  await once(hub, "close");
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer`);
}

/** All files below a folder, as one text. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}
