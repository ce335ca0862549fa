/** What the server image's build must know of a task to hold the decisions of an int8 graph against those of fp32. A file of its own
 *  beside spec.json: no other option of serving makes that graph again. In: the task, the user's labels. Out: the file. */
import { canonicalJson } from "../shared/canonicalJson";
import type { ContextFiles } from "./contextFiles";
import { type Labels, labelsInOrder } from "./labels";
import { chosenTask, type TaskOptions } from "./tasks/tasks";

/** Undefined: no graph is held against another. The file is there all the same, since a Dockerfile can't copy one or none. */
export function gateDecision(task: TaskOptions | undefined, labels: Labels | undefined): ContextFiles {
  const options = task && chosenTask(task).decision;
  const said = options && { options, ...(labels === undefined ? {} : { labels: labelsInOrder(labels) }) };
  return new Map([["gate/decision.json", { content: canonicalJson(said ?? {}) }]]);
}
