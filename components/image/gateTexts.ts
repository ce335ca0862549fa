/** A user's own texts, on which the labels of an int8 graph are held against those of fp32: built-in English ones say little of a
 *  model for another language or trade. In: the option. Out: a file of the server image's context, and the problems. */
import * as fs from "node:fs";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { type ContextFiles, refusals, userFile } from "./contextFiles";

/** A share of fewer texts is no measure of one in a hundred. */
const LEAST_TEXTS = 100;

/** The file is in the context even without the option, since a Dockerfile can't copy one or none. `isGated`: whether the precision is one
 *  that is held against the texts; otherwise the file is only looked at, so that a mistake does not wait for the day when it is. */
export function gateTexts(
  file: string | undefined,
  isGated: boolean,
  projectFolder: string,
): { files: ContextFiles; problems: readonly Problem[] } {
  const at = "gate/texts.txt";
  const absolute = userFile(projectFolder, file);
  if (file === undefined || absolute === undefined) return { files: new Map([[at, { content: "" }]]), problems: [] };
  const option = ["qualityGate", "texts"];
  const problems = refusals(absolute, option, file);
  if (problems.length > 0) return { files: new Map(), problems };
  const content = isGated ? { file: absolute } : { content: "" };
  return { files: new Map([[at, content]]), problems: contentProblems(absolute, option, file) };
}

function contentProblems(file: string, option: Path, got: string): Problem[] {
  const remedy = `write one text on each line, in UTF-8, at least ${LEAST_TEXTS}`;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(file));
    const texts = text.split("\n").filter((line) => line.trim() !== "").length;
    if (texts >= LEAST_TEXTS) return [];
    return [{ path: option, got, because: `holds ${texts} texts, too few to tell one label in a hundred`, remedy }];
  } catch {
    return [{ path: option, got, because: "is not UTF-8", remedy }];
  }
}
