/** A project folder with a small local model, and the site that its images are built at. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { buildOptions } from "../../../components/image/options";
import { genericRegistry } from "../../../components/image/registries/generic";
import type { BuildSite } from "../../../components/image/site";

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

export function site(projectFolder: string, change: Partial<BuildSite> = {}): BuildSite {
  return {
    project: "shop",
    stack: "dev",
    model: "sentiment",
    projectFolder,
    registry: genericRegistry({ repository: "registry.example.com/triton" }, {}),
    build: buildOptions.parse({}),
    ...change,
  };
}

/** Every regular file below `folder`, by path relative to it. */
export function tree(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => fs.lstatSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
}
