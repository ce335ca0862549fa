import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { packageFiles } from "../../../components/image/contextFiles";
import { exportFiles } from "../../../components/image/packageFolders";
import { storagePackages } from "../../../components/image/storagePackages";
import {
  prepareSource,
  type SourceOptions,
  STORAGES,
  sourceOptions,
} from "../../../components/image/storages/storages";
import { LOCAL_MODEL, project, REVISION, temporaryFolder, write } from "./world";

const prepare = (options: SourceOptions, projectFolder = "/nowhere") =>
  prepareSource(options, { role: "model", projectFolder });

const LFS_POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 91000000\n`;

describe("a source", () => {
  it("has one arm for each storage of the exporter, and one storage for each arm", () => {
    const folder = path.resolve(__dirname, "../../../images/model/src/bert_exporter/fetch");
    const modules = fs.readdirSync(folder).filter((name) => /^[a-z]\w*\.py$/.test(name));
    expect(modules.map((name) => name.replace(".py", "")).sort()).toEqual(Object.keys(STORAGES).sort());
  });

  it("takes a Hub repository by id and revision, without the name of its secret", () => {
    const { source, problems } = prepare({ hf: { id: "acme/x", revision: REVISION, credential: "hf-readonly" } });
    expect(problems).toEqual([]);
    expect(source.spec).toEqual({ hf: { id: "acme/x", revision: REVISION } });
    expect(source.credential).toBe("hf-readonly");
    expect(source.modelBytes).toBeUndefined();
  });

  it("takes files of a web server by address and content, without the name of the secret", () => {
    const archive = { url: "https://host/a.zip", sha256: "a".repeat(64) };
    const { source, problems } = prepare({ http: { archive, credential: "nexus" } });
    expect(problems).toEqual([]);
    expect(source).toEqual({
      spec: { http: { archive } },
      files: new Map(),
      described: "http:https://host/a.zip@aaaaaaaaaaaa",
      credential: "nexus",
    });
  });

  it("describes files as the exporter does (test_fetch_http.py)", () => {
    const files = {
      "b.txt": { url: "https://b/b.txt", sha256: "b".repeat(64) },
      "a.txt": { url: "http://a:1/", sha256: "a".repeat(64) },
    };
    expect(prepare({ http: { files } }).source.described).toBe("http:2 files from a:1, b@4738157b89cd");
  });

  it("takes a model that ClearML knows, with the public server where none is named", () => {
    const server = { api: "https://api.clear.ml", files: "https://files.clear.ml" };
    const prepared = (fields: object) => {
      const { source, problems } = prepare(sourceOptions.parse({ clearml: { credential: "robot", ...fields } }));
      expect(problems).toEqual([]);
      return source;
    };
    const byId = prepared({ modelId: "0a1b2c" });
    expect(byId).toMatchObject({ described: "clearml:0a1b2c", credential: "robot" });
    expect(byId.spec).toEqual({ clearml: { modelId: "0a1b2c", server } });
    const named = { project: "NLP/Reviews", name: "sentiment", sha256: "a".repeat(64) };
    expect(prepared(named).described).toBe("clearml:NLP/Reviews/sentiment@aaaaaaaaaaaa");
    expect(prepared(named).spec).toEqual({ clearml: { ...named, server } });
  });

  it("takes the files of a local folder, and knows the size of its weights", () => {
    const folder = project();
    write(folder, {
      "models/emotion/.git/HEAD": "x",
      "models/emotion/onnx/model.onnx": "x",
      "models/emotion/a.pyc": "x",
    });
    const { source, problems } = prepare({ local: { path: "models/emotion" } }, folder);
    expect(problems).toEqual([]);
    expect([...source.files.keys()]).toEqual(
      Object.keys(LOCAL_MODEL).map((name) => name.replace("models/emotion", "sources/model")),
    );
    expect(source.modelBytes).toBe("weights".length);
  });

  it.each([
    ["a symbolic link", (file: string) => fs.symlinkSync("/etc/hostname", file), "symbolic link"],
    ["a Git-LFS pointer", (file: string) => fs.writeFileSync(file, LFS_POINTER), "git lfs pull"],
  ])("refuses %s, and says what to do", (_, make, expected) => {
    const folder = project();
    make(path.join(folder, "models/emotion/vocab.txt"));
    const [problem, ...others] = prepare({ local: { path: "models/emotion" } }, folder).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ path: ["model", "local", "path"], got: "models/emotion/vocab.txt" });
    expect(`${problem?.because}; ${problem?.remedy}`).toContain(expected);
  });

  it("refuses a model's folder without what the exporter needs, in one sentence; a tokenizer's needs no weights", () => {
    const folder = project();
    write(folder, { "bare/tokenizer.json": "{}", "half/config.json": "{}", "half/flax_model.msgpack": "x" });
    const because = (at: string) => prepare({ local: { path: at } }, folder).problems.map((one) => one.because);
    expect(because("bare")).toEqual(["the folder has no config.json and no PyTorch weights"]);
    expect(because("half")).toEqual(["the folder has no PyTorch weights"]);
    const site = { role: "tokenizer" as const, projectFolder: folder };
    expect(prepareSource({ local: { path: "bare" } }, site).problems).toEqual([]);
  });

  it("refuses a folder that is not there", () => {
    const { problems } = prepare({ local: { path: "models/none" } }, temporaryFolder());
    expect(problems).toMatchObject([{ path: ["model", "local", "path"], got: "models/none" }]);
  });
});

describe("what storages need", () => {
  const asks = (...dependencies: string[]) =>
    `# Why.\n# /// script\n# dependencies = [\n${dependencies.map((one) => `#   "${one}",\n`).join("")}# ]\n# ///\n"""A storage."""\n`;
  const packages = (...modules: string[]) =>
    storagePackages(modules.map((content, index) => [`fetch/${index}.py`, { content }] as const));

  it("is listed once, in order, for pip; most need nothing", () => {
    expect(packages('"""A storage."""\n')).toBe("");
    expect(packages(asks("b==2", "a==1.0.post1"), asks("b==2"))).toBe("a==1.0.post1\nb==2\n");
  });

  it("is in the context of models that use the storage, in full, and of no other", () => {
    const lists = (storage: string) => {
      const file = exportFiles([storage]).get("requirements/fetch.txt");
      return file && "content" in file ? file.content : undefined;
    };
    expect(lists("hf")).toBe("");
    expect(lists("http")).toBe("");
    expect(lists("clearml")).toMatch(/^clearml==[\d.]+$/m);
    expect(lists("clearml")?.split("\n").length).toBeGreaterThan(20);
  });

  it("must be pinned", () => {
    expect(() => packages(asks("a==1", "b>=2"))).toThrow("fetch/0.py asks for b>=2; pin each: name==version");
  });
});

describe("this package's own files", () => {
  it("never carry what Python leaves behind", () => {
    const folder = temporaryFolder();
    write(folder, { "a.py": "", "__pycache__/a.pyc": "", "sub/b.pyc": "", "sub/c.py": "", ".pytest_cache/x": "" });
    expect([...packageFiles(folder, "code").keys()].sort()).toEqual(["code/a.py", "code/sub/c.py"]);
  });
});
