/** The label of each class, inline or from a JSON file of the project. Both end up in the server's spec.json the same way, so moving
 *  them from one to the other changes nothing. In: the option. Out: class number → label, and the problems. */
import * as fs from "node:fs";
import { z } from "zod";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { refusals, userFile } from "./contextFiles";
import type { LabelsOptions } from "./options";

const labelFile = z.record(z.string().regex(/^\d+$/), z.string().min(1));

export type Labels = Readonly<Record<string, string>>;

export function readLabels(
  options: LabelsOptions | undefined,
  projectFolder: string,
): { labels?: Labels; problems: Problem[] } {
  if (options?.inline !== undefined) return { labels: options.inline, problems: [] };
  const file = userFile(projectFolder, options?.file);
  if (options?.file === undefined || file === undefined) return { problems: [] };
  const option = ["labels", "file"];
  const problems = refusals(file, option, options.file);
  if (problems.length > 0) return { problems };
  const parsed = labelFile.safeParse(parseJson(fs.readFileSync(file, "utf8")));
  if (parsed.success) {
    const wrong = labelProblems(parsed.data, () => option);
    return wrong.length > 0 ? { problems: wrong } : { labels: parsed.data, problems: [] };
  }
  const because = "is no JSON object of class number and label";
  const remedy = 'write it like {"0": "neutral", "1": "distress"}';
  return { problems: [{ path: option, got: options.file, because, remedy }] };
}

/** What is wrong with a whole set of labels, whatever the model: the count of its classes is known only to the build. `at`
 *  says where one label stands. */
export function labelProblems(labels: Labels, at: (label: Path) => Path): Problem[] {
  const numbers = Object.keys(labels);
  const missing = numbers.map((_, index) => String(index)).find((number) => !numbers.includes(number));
  const gap = {
    path: at([]),
    because: `has labels of the classes ${numbers.join(", ")}, and none of class ${missing}`,
    remedy: `number the classes 0 to ${numbers.length - 1}, without gaps and leading zeros`,
  };
  const twins = Object.entries(labels).flatMap(([number, label], index) => {
    const first = Object.values(labels).indexOf(label);
    if (first === index) return [];
    const because = `class ${numbers[first]} has the same label, so an answer would not say which it is`;
    return [{ path: at([number]), got: label, because, remedy: "give each class a label of its own" }];
  });
  return [...(missing === undefined ? [] : [gap]), ...twins];
}

/** The labels, in the order of their classes. */
export const labelsInOrder = (labels: Labels): string[] =>
  Object.entries(labels)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, label]) => label);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
