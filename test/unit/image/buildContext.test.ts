import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { writeContext } from "../../../components/image/buildContext";
import type { ContextFiles } from "../../../components/image/contextFiles";
import { temporaryFolder, tree, write } from "./world";

const files = (content: Record<string, string>): ContextFiles =>
  new Map(Object.entries(content).map(([name, text]) => [name, { content: text }]));

const mode = (file: string): string => (fs.statSync(file).mode & 0o7777).toString(8);

/** writeContext in a process of its own, under `umask`, `times` times over. */
async function writeElsewhere(umask: string, folder: string, content: Record<string, string>, times = 1) {
  const script = `
    const { writeContext } = require("./components/image/buildContext");
    const files = new Map(Object.entries(${JSON.stringify(content)}).map(([name, content]) => [name, { content }]));
    for (let i = 0; i < ${times}; i++) writeContext(${JSON.stringify(folder)}, files);`;
  const command = `umask ${umask}; exec "${process.execPath}" --import tsx -e '${script}'`;
  await promisify(execFile)("sh", ["-c", command], { cwd: path.resolve(__dirname, "../../..") });
}

describe("a build context", () => {
  it("holds exactly the files asked for, whatever lay there before", () => {
    const folder = path.join(temporaryFolder(), "model");
    write(folder, {
      "old/leftover.txt": "x",
      "a.txt": "before",
      __pycache__: "a file where nothing is to be",
      "b/c": "",
    });
    fs.symlinkSync("/etc/hostname", path.join(folder, "link"));
    writeContext(folder, files({ "a.txt": "after", "b/c/d.txt": "a folder where a file was" }));
    expect(tree(folder)).toEqual({ "a.txt": "after", "b/c/d.txt": "a folder where a file was" });
    expect(fs.readdirSync(folder).sort()).toEqual(["a.txt", "b"]);
  });

  it("has the same modes under a tight umask, and after somebody changed them", async () => {
    const folder = path.join(temporaryFolder(), "model");
    await writeElsewhere("077", folder, { "sub/a.txt": "a" });
    expect([mode(path.join(folder, "sub/a.txt")), mode(path.join(folder, "sub"))]).toEqual(["644", "755"]);
    fs.chmodSync(path.join(folder, "sub/a.txt"), 0o664);
    writeContext(folder, files({ "sub/a.txt": "a" }));
    expect(mode(path.join(folder, "sub/a.txt"))).toBe("644");
  });

  it("gives a copied file the same mode, however the user's own is", () => {
    const root = temporaryFolder();
    write(root, { "weights.bin": "w" });
    fs.chmodSync(path.join(root, "weights.bin"), 0o755);
    writeContext(path.join(root, "model"), new Map([["w", { file: path.join(root, "weights.bin") }]]));
    expect(mode(path.join(root, "model/w"))).toBe("644");
  });

  it("leaves a file alone that is right already", () => {
    const folder = path.join(temporaryFolder(), "model");
    const target = path.join(folder, "a.txt");
    writeContext(folder, files({ "a.txt": "same" }));
    const before = fs.statSync(target, { bigint: true });
    writeContext(folder, files({ "a.txt": "same" }));
    const after = fs.statSync(target, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it("writes again what was changed behind its back, at the same size", () => {
    const folder = path.join(temporaryFolder(), "model");
    writeContext(folder, files({ "a.txt": "right" }));
    fs.writeFileSync(path.join(folder, "a.txt"), "wrong");
    writeContext(folder, files({ "a.txt": "right" }));
    expect(tree(folder)).toEqual({ "a.txt": "right" });
  });

  it("can be written by two processes at once", async () => {
    const folder = path.join(temporaryFolder(), "model");
    const content = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`d${index % 3}/f${index}`, `${index}`]),
    );
    const fresh = writeElsewhere("022", folder, content, 20);
    await Promise.all([fresh, writeElsewhere("077", folder, content, 20)]);
    expect(tree(folder)).toEqual(content);
    expect(fs.readdirSync(path.join(folder, "../.writing"))).toEqual([]);
  });
});
