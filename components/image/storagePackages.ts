/** What storages need besides the export's own packages: each says it at the head of its module, in the form of PEP 723, so that a new
 *  one touches no other file. In: modules of bert_exporter/fetch. Out: a list for pip, one pinned package a line, installed apart: their
 *  pins never solve the export's environment again, and exist only where a model uses the storage. */
import { parse } from "smol-toml";
import { z } from "zod";
import type { ContextFile } from "./contextFiles";

const metadata = z.strictObject({ dependencies: z.array(z.string()) });

/** PEP 723, "Specification": from `# /// script` to the first `# ///`. */
const BLOCK = /^# \/\/\/ script$\n((?:#(?: .*)?$\n)+?)# \/\/\/$/m;

/** By name; of two storages that ask for the same, pip must be able to have both. */
export function storagePackages(modules: readonly (readonly [string, ContextFile])[]): string {
  const pins = modules.flatMap(([name, file]) => ("content" in file ? packagesOf(name, file.content) : []));
  return [...new Set(pins)]
    .sort()
    .map((pin) => `${pin}\n`)
    .join("");
}

function packagesOf(name: string, source: string): string[] {
  const [, block] = BLOCK.exec(source) ?? [];
  if (block === undefined) return [];
  const { dependencies } = metadata.parse(parse(block.replace(/^# ?/gm, "")));
  const loose = dependencies.filter((pin) => !/^[\w.-]+==[\w.]+$/.test(pin));
  if (loose.length > 0) throw new Error(`${name} asks for ${loose.join(", ")}; pin each: name==version`);
  return dependencies;
}
