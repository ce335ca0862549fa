/** Labels that an option names and the model does not have, where its labels are said: those of a checkpoint are known to the build
 *  alone, which asks the same. In: what could be read of a model, its labels in order, the option that says them. Out: problems. */
import { didYouMean } from "../shared/didYouMean";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import type { ImagesSpec } from "./spec";
import { chosenTask } from "./tasks/tasks";

/** A model may have thousands of labels. */
const SHOWN = 20;

export function unknownLabels(
  { task, examples = [] }: Partial<ImagesSpec>,
  known: readonly string[],
  where: string,
): Problem[] {
  const ofExamples = examples.flatMap(({ predicts, labels = [] }, index): { label: string; path: Path }[] => [
    ...(predicts === undefined ? [] : [{ label: predicts, path: ["examples", index, "predicts"] }]),
    ...labels.map((label, place) => ({ label, path: ["examples", index, "labels", place] })),
  ]);
  const named = [...ofExamples, ...(task === undefined ? [] : chosenTask(task).named)];
  const because = `no class of ${where} has this label`;
  return named
    .filter(({ label }) => !known.includes(label))
    .map(({ label, path }) => ({ path, got: label, because, remedy: remedyFor(label, known) }));
}

function remedyFor(label: string, known: readonly string[]): string {
  const nearest = didYouMean(label, known);
  const all = `the labels are ${known.slice(0, SHOWN).join(", ")}${known.length > SHOWN ? ", …" : ""}`;
  return nearest === undefined ? all : `did you mean "${nearest}"? ${all}`;
}
