/** A task is said in three places, which must be of the same tasks; and its numbers in two. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { multiLabelClassificationOptions } from "../../../components/image/tasks/multiLabelClassification";
import { chosenTask, taskOptions } from "../../../components/image/tasks/tasks";
import { wireContract } from "../../../components/shared/contract";
import { packageRoot } from "../../../components/shared/packageRoot";
import { imagesOf, project } from "./world";

const FOLDER = path.join(packageRoot(), "images", "shared", "bert_tasks");
const read = (...file: string[]) => fs.readFileSync(path.join(FOLDER, ...file), "utf8");

it("each task has its options, its folder and its outputs", () => {
  const options = Object.keys(taskOptions.shape).sort();
  const folders = fs.globSync("*/decide.py", { cwd: FOLDER }).map((file) => path.dirname(file));
  const named = folders.map((folder) => folder.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  expect(options.length).toBeGreaterThan(1);
  expect(named.sort()).toEqual(options);
  expect(Object.keys(wireContract().response).sort()).toEqual(options);
  const chosen = options.map((name) => chosenTask(taskOptions.parse({ [name]: {} })).name);
  expect(chosen).toEqual(options);
});

it("the export decides at the threshold that is the default", () => {
  const said = /^THRESHOLD = ([\d.]+)$/m.exec(read("multi_label_classification", "decide.py"))?.[1];
  expect(multiLabelClassificationOptions.parse({}).threshold).toBe(Number(said));
});

describe("what int8 is held against", () => {
  const decision = (options: object) => {
    const file = imagesOf({ server: { pypi: {} }, ...options }, project()).plan.server.files.get("gate/decision.json");
    return file && "content" in file ? JSON.parse(file.content) : file;
  };
  const task = { multiLabelClassification: { thresholds: { b: 0.3 } } };

  it("are the decisions at the user's thresholds, by the user's labels", () => {
    const options = { threshold: 0.5, thresholds: { b: 0.3 } };
    expect(decision({ task, precision: "int8" })).toEqual({ options });
    const gpu = { server: { ngc: {} }, gpu: { type: "L4" } };
    expect(decision({ task, precision: "fp16", ...gpu })).toEqual({ options });
    const inline = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [index, `label ${index}`]));
    const thresholds = { "label 10": 0.3 };
    const renamed = { task: { multiLabelClassification: { thresholds } }, labels: { inline }, precision: "int8" };
    expect(decision(renamed)).toEqual({ options: { threshold: 0.5, thresholds }, labels: Object.values(inline) });
  });

  it("is nothing for a graph that is held against none, or a task without options", () => {
    expect(decision({ task })).toEqual({});
    expect(decision({ precision: "int8", labels: { inline: { 0: "a", 1: "b" } } })).toEqual({});
  });
});
