/** Writes everything that is generated, from the options and from the support matrix: `npx tsx components/options/generate/generate.ts`. With `--check` it writes
 *  nothing, and fails if a file is not current. */
import * as fs from "node:fs";
import * as path from "node:path";
import { supportMatrixPage } from "../../server/matrix/page";
import { MODEL_KEY } from "../../shared/names";
import { packageRoot } from "../../shared/packageRoot";
import { modelOptions } from "../modelOptions";
import { serviceArgs, stackOnlyOptions } from "../stackOptions";
import { argsFile } from "./args";
import { optionsPage } from "./docs";
import { stackSchema } from "./editorSchema";
import { optionTree } from "./optionTree";

const ROOT = packageRoot();

/** Text of each generated file, by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const [stack, model] = [optionTree(stackOnlyOptions), optionTree(modelOptions)];
  return new Map([
    ["components/args.ts", argsFile(optionTree(serviceArgs))],
    ["schemas/pulumi-stack.schema.json", stackSchema(stack, model, MODEL_KEY.source)],
    ["docs/options.md", optionsPage(stack, model)],
    ["docs/support-matrix.md", supportMatrixPage()],
  ]);
}

/** Paths of the files that are not what the options say. */
export function staleFiles(): string[] {
  const current = (file: string): string | undefined =>
    fs.existsSync(path.join(ROOT, file)) ? fs.readFileSync(path.join(ROOT, file), "utf8") : undefined;
  return [...generatedFiles()].filter(([file, text]) => current(file) !== text).map(([file]) => file);
}

function main(): void {
  const stale = staleFiles();
  if (process.argv.includes("--check")) {
    if (stale.length === 0) return;
    console.error(`not current: ${stale.join(", ")}; run: npm run generate`);
    process.exitCode = 1;
    return;
  }
  const files = generatedFiles();
  for (const file of stale) {
    fs.mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    fs.writeFileSync(path.join(ROOT, file), files.get(file) ?? "");
    console.log(`wrote ${file}`);
  }
}

if (require.main === module) main();
