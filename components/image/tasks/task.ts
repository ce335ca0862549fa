/** What the images must know of a model's task, whichever it is. */
import type { Path } from "../../shared/paths";

export interface Task {
  /** As the config has it, and bert_tasks. */
  readonly name: string;
  /** What a text gets, in words. */
  readonly answersWith: string;
  /** The field of an example that says its answer. */
  readonly answer: "predicts" | "labels";
  /** Of its options those that say how to decide, as decide.py takes them; absent where none does. */
  readonly decision?: object;
  /** The labels that its options name, each with the path of that option. */
  readonly named: readonly { readonly label: string; readonly path: Path }[];
}
