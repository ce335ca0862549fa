/** The label of each class, inline or from a JSON file of the project. Both end up in the server's spec.json the same way, so moving
 *  them from one to the other changes nothing. In: the option. Out: class number → label, and the problems. */
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import type { Locate, Problem } from "../problems";
import { refusals } from "./contextFiles";
import type { LabelsOptions } from "./options";

const labelFile = z.record(z.string().regex(/^\d+$/), z.string().min(1));

export type Labels = Readonly<Record<string, string>>;

export function readLabels(
  options: LabelsOptions | undefined,
  projectFolder: string,
  locate: Locate,
): { labels?: Labels; problems: Problem[] } {
  if (options?.inline !== undefined) return { labels: options.inline, problems: [] };
  if (options?.file === undefined) return { problems: [] };
  const file = path.resolve(projectFolder, options.file);
  const option = locate(["labels", "file"]);
  const problems = refusals(file, option, options.file);
  if (problems.length > 0) return { problems };
  const parsed = labelFile.safeParse(parseJson(fs.readFileSync(file, "utf8")));
  if (parsed.success) return { labels: parsed.data, problems: [] };
  const because = "is no JSON object of class number and label";
  const remedy = 'write it like {"0": "neutral", "1": "distress"}';
  return { problems: [{ path: option, got: options.file, because, remedy }] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
