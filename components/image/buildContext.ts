/** Writes a build context to disk. The provider digests names, modes and contents, so the folder must come out the same
 *  whatever lay there before, under any umask, and while another process writes the same. In: a context's files. Out: the
 *  folder with exactly those files, 0644 in folders of 0755; files that are right already are left alone, which keeps a
 *  preview with a checkpoint of gigabytes quick. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type ContextFile, type ContextFiles, digestOf } from "./contextFiles";

const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
/** After so long a half-written file has no writer any more. */
const STALE_MILLISECONDS = 3_600_000;

/** Makes `folder` (absolute) hold exactly `files`. */
export function writeContext(folder: string, files: ContextFiles): void {
  // Beside the context, not in it: a half-written file would be part of what another process digests.
  const workshop = path.join(path.dirname(folder), ".writing");
  ensureFolder(workshop);
  removeStale(workshop);
  ensureFolder(folder);
  removeOthers(folder, files);
  for (const sub of new Set([...files.keys()].flatMap(foldersOf))) ensureFolder(path.join(folder, sub));
  for (const [name, file] of files) place(file, path.join(folder, name), workshop);
}

/** The folders that a file lies in, outermost first. */
function foldersOf(name: string): string[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function place(file: ContextFile, target: string, workshop: string): void {
  const wanted = digestOf(file);
  if (isRight(file, wanted, target)) return;
  const draft = path.join(workshop, `${process.pid}-${wanted}`);
  try {
    if ("content" in file) fs.writeFileSync(draft, file.content);
    else fs.copyFileSync(file.file, draft, fs.constants.COPYFILE_FICLONE);
    if (digestOf({ file: draft }) !== wanted)
      throw new Error(`${target}: its source changed while it was copied; retry`);
    fs.chmodSync(draft, FILE_MODE);
    fs.renameSync(draft, target);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function isRight(file: ContextFile, wanted: string, target: string): boolean {
  const stat = fs.lstatSync(target, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size !== sizeOf(file) || digestOf({ file: target }) !== wanted) return false;
  if ((stat.mode & 0o7777) !== FILE_MODE) fs.chmodSync(target, FILE_MODE);
  return true;
}

function sizeOf(file: ContextFile): number {
  return "content" in file ? Buffer.byteLength(file.content) : fs.statSync(file.file).size;
}

/** Removes what is not among `files`, and what has the wrong kind. */
function removeOthers(root: string, files: ContextFiles): void {
  const folders = new Set([...files.keys()].flatMap(foldersOf));
  const visit = (sub: string): void => {
    for (const entry of fs.readdirSync(path.join(root, sub), { withFileTypes: true })) {
      const name = sub === "" ? entry.name : `${sub}/${entry.name}`;
      if (entry.isDirectory() && folders.has(name)) visit(name);
      else if (!entry.isFile() || !files.has(name)) {
        fs.rmSync(path.join(root, name), { recursive: true, force: true });
      }
    }
  };
  visit("");
}

function ensureFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  if ((fs.statSync(folder).mode & 0o7777) !== FOLDER_MODE) fs.chmodSync(folder, FOLDER_MODE);
}

function removeStale(workshop: string): void {
  for (const name of fs.readdirSync(workshop)) {
    const draft = path.join(workshop, name);
    const stat = fs.statSync(draft, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > STALE_MILLISECONDS) fs.rmSync(draft, { force: true });
  }
}
