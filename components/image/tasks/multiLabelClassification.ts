/** Any number of labels for each text. Its rule: images/shared/bert_tasks/multi_label_classification. */
import { z } from "zod";
import { probabilitiesOption } from "./probabilities";
import type { Task } from "./task";

const score = z.number().min(0).max(1);

export const multiLabelClassificationOptions = z
  .strictObject({
    threshold: score
      .default(0.5)
      .describe("Score from which a label is on, for all labels that thresholds does not name."),
    thresholds: z
      .record(z.string().min(1), score)
      .optional()
      .describe("Label → score from which it is on, 0 to 1. Default: threshold, for all."),
    probabilities: probabilitiesOption,
  })
  .describe(
    "All labels that are on, and the score of each class (sigmoid): predicts is a JSON list in the order of the classes, [] for none; scores is FP32 [N, classes].",
  );

export function multiLabelClassification(options: z.output<typeof multiLabelClassificationOptions>): Task {
  const { threshold, thresholds = {} } = options;
  const name = "multiLabelClassification";
  return {
    name,
    answersWith: "a list of labels",
    answer: "labels",
    decision: { threshold, thresholds },
    named: Object.keys(thresholds).map((label) => ({ label, path: ["task", name, "thresholds", label] })),
  };
}
