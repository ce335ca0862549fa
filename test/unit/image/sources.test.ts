import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { packageFiles } from "../../../components/image/contextFiles";
import type { SourceOptions } from "../../../components/image/options";
import { prepareSource, STORAGES } from "../../../components/image/sources";
import { LOCAL_MODEL, project, REVISION, temporaryFolder, write } from "./world";

const prepare = (options: SourceOptions, projectFolder = "/nowhere") =>
  prepareSource(options, { role: "model", projectFolder });

const LFS_POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 91000000\n`;

describe("a source", () => {
  it("has one arm for each storage of the exporter, and one storage for each arm", () => {
    const folder = path.resolve(__dirname, "../../../images/model/src/bert_exporter/fetch");
    const modules = fs.readdirSync(folder).filter((name) => /^[a-z]\w*\.py$/.test(name));
    expect(modules.map((name) => name.replace(".py", "")).sort()).toEqual([...STORAGES].sort());
  });

  it("takes a Hub repository by id and revision, without the name of its secret", () => {
    const { source, problems } = prepare({ hf: { id: "acme/x", revision: REVISION, credential: "hf-readonly" } });
    expect(problems).toEqual([]);
    expect(source.spec).toEqual({ hf: { id: "acme/x", revision: REVISION } });
    expect(source.credential).toBe("hf-readonly");
    expect(source.modelBytes).toBeUndefined();
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

describe("this package's own files", () => {
  it("never carry what Python leaves behind", () => {
    const folder = temporaryFolder();
    write(folder, { "a.py": "", "__pycache__/a.pyc": "", "sub/b.pyc": "", "sub/c.py": "", ".pytest_cache/x": "" });
    expect([...packageFiles(folder, "code").keys()].sort()).toEqual(["code/a.py", "code/sub/c.py"]);
  });
});
