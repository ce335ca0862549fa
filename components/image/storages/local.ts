/** Storage `local`: a folder in the repo, whose files go into the build context. */
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { relativeProblems, userFile, userFolder } from "../contextFiles";
import { lackingFiles, WEIGHTS } from "./checkpoint";
import { storage, UNREAD } from "./storage";

const options = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe("Folder, relative to the project, with config.json, the weights and the tokenizer's files."),
  })
  .describe("A folder in the repo.");

export const local = storage({
  options,
  problems: ({ path: folder }, _, at) => relativeProblems(folder, [...at, "path"]),
  prepare({ path: folder }, { role, projectFolder }) {
    const absolute = userFile(projectFolder, folder);
    if (absolute === undefined) return { source: { ...UNREAD, described: `local:${folder}` }, problems: [] };
    const option = [role, "local", "path"];
    const { files, problems } = userFolder(absolute, `sources/${role}`, option, folder);
    const source = { spec: { local: {} }, files, described: `local:${folder}` };
    if (problems.length > 0) return { source, problems };
    const lacking = lackingFiles(
      [...files.keys()].map((name) => path.basename(name)),
      role,
    );
    if (lacking === undefined) return { source: { ...source, modelBytes: weightBytes(absolute) }, problems: [] };
    const remedy =
      "save the model there with save_pretrained(): config.json and model.safetensors or pytorch_model.bin";
    const problem = { path: option, got: folder, because: `the folder has no ${lacking}`, remedy };
    return { source: { ...source, modelBytes: weightBytes(absolute) }, problems: [problem] };
  },
});

function weightBytes(folder: string): number {
  const names = fs.readdirSync(folder);
  const weights =
    WEIGHTS.map((kind) => names.filter((name) => kind.test(name))).find((found) => found.length > 0) ?? [];
  return weights.reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
}
