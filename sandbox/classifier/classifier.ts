/** The model that the dev stack serves: sandbox/model, a real small BERT classifier that is made here and not committed.
 *  Made once for each version of its maker and kept in the cache, since training is seeded but need not give the same
 *  bits on every CPU, and another model is another image. */
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import type { Environment } from "../environment";
import { exporterImage } from "../exporterImage";
import type { Progress } from "../progress";

export async function ensureClassifier(environment: Environment, project: string, log: Progress): Promise<void> {
  const maker = makerOf(project);
  const kept = join(cacheFolder(), "classifier", await classifierHash(project));
  if (!(await exists(kept))) {
    const env = await log.step("export environment: torch, transformers (once, about 6 min)", (update) =>
      exporterImage(environment, project, "env", update),
    );
    await log.step("classifier for the sandbox: MiniLM with a head trained on a few sentences, seeded", (update) =>
      make(environment, maker, kept, env, update),
    );
  }
  const model = join(project, "sandbox", "model");
  if (await same(kept, model)) return;
  await rm(model, { recursive: true, force: true });
  await cp(kept, model, { recursive: true });
}

async function make(
  environment: Environment,
  maker: string,
  kept: string,
  env: string,
  update: (detail: string) => void,
): Promise<void> {
  const unfinished = `${kept}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const args = ["--progress=plain", "--build-arg", `EXPORTER_ENV=${env}`, "--output", unfinished, maker];
  await environment.docker(["build", ...args], { onLine: update });
  await rename(unfinished, kept);
}

const makerOf = (project: string) => join(project, "sandbox", "classifier");

/** Of what makes it: another maker makes another classifier. */
export async function classifierHash(project: string): Promise<string> {
  const folder = makerOf(project);
  const hash = createHash("sha256");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".py") || name === "Dockerfile").sort();
  for (const name of files) hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest("hex").slice(0, 12);
}

async function same(one: string, other: string): Promise<boolean> {
  if (!(await exists(other))) return false;
  const [names, others] = await Promise.all([readdir(one), readdir(other)]);
  if (names.sort().join() !== others.sort().join()) return false;
  const pairs = names.map(async (name) => {
    const [a, b] = await Promise.all([readFile(join(one, name)), readFile(join(other, name))]);
    return a.equals(b);
  });
  return (await Promise.all(pairs)).every(Boolean);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
