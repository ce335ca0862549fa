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
  const text = fs.readFileSync(file, "utf8");
  const parsed = labelFile.safeParse(parseJson(text));
  if (parsed.success) {
    const twice = classTwice(text);
    if (twice !== undefined) {
      const because = `names class ${twice} twice`;
      return { problems: [{ path: option, got: options.file, because, remedy: "give each class one label" }] };
    }
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
  const all = Object.values(labels);
  const unclear = Object.entries(labels).flatMap(([number, label], index) => {
    const path = at([number]);
    if (seen(label) === "") return [{ path, got: label, because: "is empty", remedy: "write a text" }];
    const first = all.findIndex((other) => seen(other) === seen(label));
    if (first === index) return [];
    const because =
      all[first] === label
        ? `class ${numbers[first]} has the same label, so an answer would not say which it is`
        : `can't be told by eye from ${JSON.stringify(all[first])}, the label of class ${numbers[first]}`;
    return [{ path, got: label, because, remedy: "give each class a label of its own" }];
  });
  return [...(missing === undefined ? [] : [gap]), ...unclear];
}

/** The label as a person sees it: white space, composition of characters and what has no width make no other. The same rule as
 *  triton_repository/labels.py, which holds a checkpoint's own labels to it. */
const seen = (label: string): string =>
  label
    .normalize("NFC")
    .replace(/\p{Cf}/gu, "")
    .replace(/\s+/g, " ")
    .trim();

/** The labels, in the order of their classes. */
export const labelsInOrder = (labels: Labels): string[] =>
  Object.entries(labels)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, label]) => label);

/** A class that a file names twice: of two entries JSON takes the last, without a word. */
function classTwice(text: string): string | undefined {
  const classes = [...text.matchAll(/(?<!\\)"(\d+)"\s*:/g)].map(([, number]) => number);
  return classes.find((number, index) => classes.indexOf(number) !== index);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
