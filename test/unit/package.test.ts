/** The package that npm makes of this project holds all that it needs and nothing that differs by machine: from it come the same
 *  resources, byte for byte, as from the checkout. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as library from "../../components/stack/library";
import { run as command } from "../../sandbox/shell";
import { pack, unpackSources } from "../packed";
import { run } from "./engine";
import { LOCAL_MODEL, write } from "./image/world";

const ROOT = path.resolve(__dirname, "..", "..");
const require = createRequire(__filename);

let scratch: string;
/** Where the tarball is unpacked. */
let installed: string;

beforeAll(async () => {
  scratch = fs.mkdtempSync(path.join(tmpdir(), "triton-bert-package-"));
  const sources = path.join(scratch, "sources");
  fs.mkdirSync(sources);
  await unpackSources(sources);
  leaveTraces(sources);
  const tarball = await pack(sources, scratch);
  installed = path.join(scratch, "package");
  await command("tar", ["-x", "-f", tarball, "-C", scratch]);
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(installed, "node_modules"));
}, 180_000);
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** What Python tools and file managers leave behind, and modes that git does not keep. */
function leaveTraces(sources: string): void {
  write(sources, {
    "images/model/src/bert_exporter/__pycache__/export.cpython-311.pyc": "of this machine",
    "images/server/src/triton_repository/spec.pyc": "of this machine",
    "images/model/src/bert_exporter.egg-info/PKG-INFO": "of this machine",
    "images/model/.venv/lib/python3.11/site-packages/x.py": "of this machine",
    "images/shared/bert_tasks/__pycache__/scores.cpython-311.pyc": "of this machine",
    "images/server/build/lib/triton_repository/spec.py": "of this machine",
    "images/server/uv.lock": "of this machine",
    "model_repository_templates/shared/bert_serving/.mypy_cache/x.json": "of this machine",
    "images/server/src/bert_watch/.DS_Store": "of this machine",
  });
  fs.chmodSync(path.join(sources, "images/model/src/bert_exporter/export.py"), 0o600);
  fs.chmodSync(path.join(sources, "images/server/src/watch.py"), 0o777);
}

const MODEL = { local: { path: "models/emotion" } };
const ARGS = {
  registry: { generic: { repository: "registry.example.com/triton" } },
  labels: { inline: { 0: "a", 1: "b" } },
};
const SERVERS = {
  pypi: { pypi: {} },
  ngc: { ngc: {} },
  image: { image: { ref: "registry.example.com/triton:1" } },
};

describe("the package", () => {
  it.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])("makes what the checkout makes, on %s", async (kind) => {
    const folder = fs.mkdtempSync(path.join(scratch, "project-"));
    write(folder, LOCAL_MODEL);
    const made = (Component: typeof library.TritonBertService) =>
      run(() => void new Component("sentiment", { ...ARGS, model: MODEL, server: SERVERS[kind] }), folder);
    const theirs = await made((require(installed) as typeof library).TritonBertService);
    expect(theirs.registered.length).toBeGreaterThanOrEqual(8);
    expect(theirs).toEqual(await made(library.TritonBertService));
  });

  it("offers the component and the program, to CommonJS and to ES modules", async () => {
    expect(Object.keys(library).sort()).toEqual(["TritonBertService", "program"]);
    expect(Object.keys(require(installed)).sort()).toEqual(Object.keys(library).sort());
    const { main } = JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8"));
    expect(await import(path.join(installed, main))).toMatchObject({ program: expect.any(Function) });
  });

  it("holds no tests, tools or traces of a machine, and the schema for editors", () => {
    const files = fs.readdirSync(installed, { recursive: true, encoding: "utf8" });
    const packed = files.filter((file) => !file.startsWith("node_modules"));
    expect(packed).toContain("schemas/pulumi-stack.schema.json");
    const odd =
      /test|sandbox|bench|cache|\.pyc|egg-info|DS_Store|lock|tsconfig|venv|(?<!images\/server\/src\/)build|(?<!\/pyproject)\.toml|^components\/.*\.ts$/;
    expect(packed.filter((file) => odd.test(file) && !file.startsWith("dist/"))).toEqual([]);
  });

  it("needs a range of each dependency, so that a project has one copy of Pulumi's SDK, and no dev tool", () => {
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8"));
    for (const [name, range] of Object.entries(dependencies)) expect(range, name).toMatch(/^\^/);
    expect(dependencies).not.toHaveProperty("typescript");
  });
});
