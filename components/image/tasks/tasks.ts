/** What a model can do: the choice `task`. A task is one file here, one folder of images/shared/bert_tasks, and its outputs in
 *  contract.yaml; a test holds the three equal. */
import type { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import { multiLabelClassification, multiLabelClassificationOptions } from "./multiLabelClassification";
import type { Task } from "./task";
import { textClassification, textClassificationOptions } from "./textClassification";

export const taskOptions = exactlyOneOf({
  textClassification: textClassificationOptions,
  multiLabelClassification: multiLabelClassificationOptions,
}).meta({ remedy: "write { textClassification: {} } or { multiLabelClassification: {} }" });

export type TaskOptions = z.output<typeof taskOptions>;

/** The task that is chosen. */
export function chosenTask({ multiLabelClassification: several }: TaskOptions): Task {
  return several === undefined ? textClassification : multiLabelClassification(several);
}
