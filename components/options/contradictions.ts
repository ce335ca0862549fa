/** What no single option can be blamed for: options of a model that contradict each other. Joins what the folders say of their
 *  own. In: what could be read of a model. Out: problems. */
import { imageProblems } from "../image/checks";
import { objectProblems } from "../kubernetes/checks";
import { serverProblems } from "../server/checks";
import type { Problem } from "../shared/problems";
import type { ModelSpec } from "./modelOptions";

/** Of the model `key`. */
export function contradictions(key: string, said: Partial<ModelSpec>): Problem[] {
  return [...imageProblems(said.renamedFrom ?? key, said), ...serverProblems(said), ...objectProblems(said)];
}
