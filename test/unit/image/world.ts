/** A project folder with a small local model, and the site that its images are built at. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { buildOptions } from "../../../components/image/options";
import { type ImagesPlan, planImages } from "../../../components/image/plan";
import { type BuildSite, planSite, type StackSite } from "../../../components/image/site";
import { modelOptions } from "../../../components/options/modelOptions";
import { planServer } from "../../../components/server/plan";
import type { Draft } from "../../../components/shared/draft";
import type { Program } from "../../../components/shared/program";

export const REVISION = "714eb0fa89d2f80546fda750413ed43d93601a13";

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-unit-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, making their folders. */
export function write(root: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
}

export const LOCAL_MODEL = {
  "models/emotion/config.json": "{}",
  "models/emotion/model.safetensors": "weights",
  "models/emotion/tokenizer.json": "{}",
};

/** A project with LOCAL_MODEL in it. */
export function project(): string {
  const folder = temporaryFolder();
  write(folder, LOCAL_MODEL);
  return folder;
}

export const program = (projectFolder: string): Program => ({
  organization: "acme",
  project: "shop",
  stack: "dev",
  projectFolder,
});

export function siteDraft(projectFolder: string, build = buildOptions.parse({})): Draft<StackSite> {
  const registry = { generic: { repository: "registry.example.com/triton" } };
  return planSite({ registry, build, credentials: {} }, program(projectFolder));
}

export function site(projectFolder: string, change: Partial<BuildSite> = {}): BuildSite {
  return { ...siteDraft(projectFolder, change.build).plan, model: "sentiment", ...change };
}

/** The images of a model of these options, from a parsed config. */
export function imagesOf(options: object, projectFolder: string): Draft<ImagesPlan> {
  const model = { hf: { id: "acme/sentiment", revision: REVISION } };
  const spec = modelOptions.parse({ model, ...options });
  return planImages(spec, planServer(spec).plan, site(projectFolder));
}

/** Every regular file below `folder`, by path relative to it; or those whose path begins as `wanted` says. */
export function tree(folder: string, wanted = /^/): Record<string, string> {
  const all = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const names = all.filter((name) => wanted.test(name));
  const files = names.filter((name) => fs.lstatSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
}
