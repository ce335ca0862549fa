/** A Go module that is built as its go.mod, go.sum and tools.go lie in the checkout. In: their folder, and the programs. Out: what the
 *  builder needs to know. */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { GoModule, Program } from "./builder";

const checkout = resolve(__dirname, "../..");
const MODULE_FILES = ["go.mod", "go.sum", "tools.go"] as const;

/** `module` of which go.mod lies in the folder of its name under `here`. */
export function plainModule<Name extends string>(
  here: string,
  module: Omit<GoModule<Name>, "key" | "assemble">,
): GoModule<Name> {
  const { name: folderName, programs, tags } = module;
  const home = join(here, folderName);
  return {
    ...module,
    key(name, goVersion) {
      const hash = createHash("sha256")
        .update(goVersion)
        .update(JSON.stringify([programs, tags]));
      for (const file of MODULE_FILES) hash.update(readFileSync(join(home, file)));
      for (const [file, content] of sourceFiles(programs[name])) hash.update(`\0${file}\0`).update(content);
      return hash.digest("hex").slice(0, 12);
    },
    async assemble(folder, names) {
      mkdirSync(folder, { recursive: true });
      for (const file of MODULE_FILES) cpSync(join(home, file), join(folder, file));
      for (const name of names) {
        for (const [file, content] of sourceFiles(programs[name])) {
          mkdirSync(join(folder, "cmd", name), { recursive: true });
          writeFileSync(join(folder, "cmd", name, file), content);
        }
      }
    },
  };
}

function sourceFiles({ source }: Program): [file: string, content: Buffer][] {
  if (source === undefined) return [];
  const folder = join(checkout, source);
  const files = readdirSync(folder).filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"));
  return files.sort().map((file) => [file, readFileSync(join(folder, file))]);
}
