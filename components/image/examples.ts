/** Whether examples say what the model's task can answer. In: what could be read of a model. Out: problems. Whether their labels are
 *  the model's is another question (unknownLabels.ts). */
import type { Problem } from "../shared/problems";
import { type ExampleOptions, exampleOptions } from "./options";
import type { ImagesSpec } from "./spec";
import type { Task } from "./tasks/task";
import { chosenTask } from "./tasks/tasks";

export function exampleProblems({ task, examples = [] }: Partial<ImagesSpec>): Problem[] {
  const chosen = task && chosenTask(task);
  const wrong = chosen ? examples.flatMap((example, index) => formProblems(chosen, example, index)) : [];
  return [...wrong, ...twins(examples)];
}

/** An answer in another task's form, or none. */
function formProblems({ name, answer, answersWith }: Task, example: ExampleOptions, index: number): Problem[] {
  const other = answer === "predicts" ? "labels" : "predicts";
  const at = ["examples", index];
  if (example[other] !== undefined) {
    const because = `task.${name} answers with ${answersWith}`;
    return [{ path: [...at, other], got: example[other], because, remedy: `write it under ${answer} instead` }];
  }
  if (example[answer] === undefined) {
    const remedy = `set it: ${exampleOptions.shape[answer].description}`;
    return [{ path: [...at, answer], because: "required, but not set", remedy }];
  }
  const { minScore } = example;
  if (minScore === undefined) return [];
  if (answer === "labels" && (minScore < 0 || minScore > 1)) {
    const because = `the scores of task.${name} are from 0 to 1`;
    return [{ path: [...at, "minScore"], got: minScore, because, remedy: "use 0 to 1" }];
  }
  if (example.labels?.length !== 0) return [];
  const because = "labels is empty, so there is no score to look at";
  return [{ path: [...at, "minScore"], got: minScore, because, remedy: "remove it" }];
}

/** One text has one answer. What has none is told of already. */
function twins(examples: readonly ExampleOptions[]): Problem[] {
  return examples.flatMap((example, index) => {
    if (!hasAnswer(example)) return [];
    const first = examples.findIndex((other) => other.text === example.text && hasAnswer(other));
    const other = examples[first] ?? example;
    if (answerText(other) === answerText(example)) return [];
    const path = ["examples", index, example.labels === undefined ? "predicts" : "labels"];
    const because = `examples[${first}] has the same text and ${answerText(other)}`;
    return [{ path, got: example.predicts, because, remedy: "keep the one whose answer is right" }];
  });
}

const hasAnswer = ({ predicts, labels }: ExampleOptions): boolean => predicts !== undefined || labels !== undefined;

/** The same for the same set of labels. */
const answerText = ({ predicts, labels }: ExampleOptions): string =>
  labels === undefined
    ? `predicts ${JSON.stringify(predicts)}`
    : `labels ${JSON.stringify([...new Set(labels)].sort())}`;
