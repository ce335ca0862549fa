/** The models of the bench, exported as a model image's build does it, and kept in the cache. In: the embedded environment,
 *  asked for only where something is to be made. Out: a folder with model.onnx, tokenizer.json and model.json. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import { classifierHash, ensureClassifier } from "../sandbox/classifier/classifier";
import type { Environment } from "../sandbox/environment";
import { exporterImage } from "../sandbox/exporterImage";
import type { Progress } from "../sandbox/progress";

const root = join(__dirname, "..");

/** minilm: the sandbox's classifier. bert-base: one of that size with random weights. */
export type BenchModel = "minilm" | "bert-base";

export async function benchModel(
  model: BenchModel,
  environmentOf: () => Promise<Environment>,
  log: Progress,
): Promise<string> {
  const kept = join(cacheFolder(), "bench", `${model}-${await codeHash()}`);
  if (existsSync(kept)) return join(kept, "model");
  const environment = await environmentOf();
  await ensureClassifier(environment, root, log);
  const image = await log.step("export environment", (update) => exporterImage(environment, root, "env", update));
  await log.step(`export of ${model}`, async () => {
    const work = `${kept}.unfinished`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(join(work, "sources"), { recursive: true });
    writeFileSync(join(work, "spec.json"), JSON.stringify({ model: { local: {} } }));
    const python = (folder: string, ...args: string[]) =>
      environment.docker([
        "run",
        "--rm",
        "-v",
        `${root}:/repo:ro`,
        "-v",
        `${work}:/work`,
        "-w",
        folder,
        "-e",
        "PYTHONPATH=/repo/images/shared",
        image,
        "python3",
        ...args,
      ]);
    if (model === "minilm") cpSync(join(root, "sandbox", "model"), join(work, "sources", "model"), { recursive: true });
    else await python("/repo", "bench/bert_base.py", "--tokenizer", "sandbox/model", "--out", "/work/sources/model");
    const paths = [
      "--spec",
      "/work/spec.json",
      "--fetched",
      "/work/fetched",
      "--sources",
      "/work/sources",
      "--out",
      "/work",
    ];
    await python("/repo/images/model/src", "-m", "bert_exporter", "export", ...paths);
    renameSync(work, kept);
  });
  return join(kept, "model");
}

/** Of what decides the files: another exporter may write another graph. */
async function codeHash(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(join(root, "bench", "bert_base.py")));
  hash.update(await classifierHash(root));
  for (const code of ["model/src/bert_exporter", "shared/bert_tasks"].map((folder) => join(root, "images", folder))) {
    const files = readdirSync(code, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".py"));
    for (const name of files.sort()) hash.update(`${name}\0`).update(readFileSync(join(code, name)));
  }
  return hash.digest("hex").slice(0, 12);
}
