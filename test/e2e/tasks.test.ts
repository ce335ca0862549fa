/** Several labels for a text, from the checkpoint to the Service; and a threshold is a matter of serving. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import {
  classifier,
  infer,
  labelsOf,
  openStack,
  plannedSteps,
  project,
  refusal,
  servedAnew,
  stackFile,
} from "./support";

const PATIENCE = { timeout: 60_000, interval: 500 };
/** The sandbox's classifier, as if its classes did not exclude each other; git ignores where it lies. */
let folder: string;
let stack: Stack;

const several = (options: object, labels: string[]) =>
  stackFile({
    several: classifier({
      model: { local: { path: relative(project, folder) } },
      task: { multiLabelClassification: options },
      examples: [{ text: "I love it", labels }],
    }),
  });

beforeAll(async () => {
  mkdirSync(join(project, ".triton-bert"), { recursive: true });
  folder = mkdtempSync(join(project, ".triton-bert", "several-"));
  cpSync(join(project, "sandbox", "model"), folder, { recursive: true });
  stack = await openStack("e2e-tasks", several({}, ["positive"]));
});
afterAll(async () => {
  await stack.destroy();
  rmSync(folder, { recursive: true });
});

it("refuses a checkpoint that was trained for one label, and says which task to write", async () => {
  const said = await refusal(stack);
  expect(said).toMatch(
    /models\.several\.model: .*problem_type single_label_classification, but the task is multiLabelClassification/,
  );
  expect(said).toMatch(/write task: \{ textClassification: \{\} \}/);
});

it("answers with all labels that are on, and all scores", async () => {
  const file = join(folder, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...config, problem_type: "multi_label_classification" }));
  await stack.up();
  const answer = await infer("several", ["I love it", "I hate it"]);
  expect(labelsOf(answer)).toEqual(['["positive"]', '["negative"]']);
  expect(answer.body.outputs?.find(({ name }) => name === "scores")).toMatchObject({ datatype: "FP32", shape: [2, 2] });
});

it("takes another threshold without exporting again", async () => {
  await stack.configure(several({ thresholds: { negative: 0 } }, ["positive", "negative"]));
  expect((await plannedSteps(stack)).sort()).toEqual(servedAnew("several"));
  await stack.up();
  const labels = async () => labelsOf(await infer("several", ["I love it", "I hate it"]));
  await expect.poll(labels, PATIENCE).toEqual(['["negative","positive"]', '["negative"]']);
});
