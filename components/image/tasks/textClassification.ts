/** One label for each text. Its rule: images/shared/bert_tasks/text_classification. */
import { z } from "zod";
import { probabilitiesOption } from "./probabilities";
import type { Task } from "./task";

export const textClassificationOptions = z
  .strictObject({ probabilities: probabilitiesOption })
  .describe("One label for each text, the best, and its score.");

export const textClassification: Task = {
  name: "textClassification",
  answersWith: "one label",
  answer: "predicts",
  named: [],
};
