/** The files of a build context before they are written: which, and what is in them. Symbolic links and Git-LFS pointers
 *  are refused, since they mean other bytes on another machine. In: folders of this package and of the user. Out: a map
 *  from path in the context to content, and the problems found. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { sha256 } from "../shared/canonicalJson";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";

/** Bytes held in memory, or a file to copy (absolute path). */
export type ContextFile = { readonly content: string } | { readonly file: string };

/** By path in the context, with forward slashes. */
export type ContextFiles = ReadonlyMap<string, ContextFile>;

/** Git LFS specification, "The Pointer": the first line of a file whose content was never fetched. */
const LFS_FIRST_LINE = "version https://git-lfs.github.com/spec/v1";

/** What Python tools leave behind. It differs by machine and is never part of a source. */
const CACHES = /^(__pycache__|.*\.pyc)$/;

const CHUNK_BYTES = 4 << 20;

/** What an image takes of this package's folders: code, templates, the contract. All else lies there by accident: what an
 *  install, an editor or a file manager has left. */
const SOURCES = /\.(py|template|yaml)$/;

/** Folders that tools make, with copies of sources in them. */
const MADE = /^(__pycache__|build|dist|venv|.*\.egg-info)$/;

/** The sources below a folder of this package, as `<prefix>/…`. */
export function packageFiles(folder: string, prefix: string): ContextFiles {
  const files = new Map<string, ContextFile>();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const from = path.join(folder, entry.name);
    const to = `${prefix}/${entry.name}`;
    if (!entry.isDirectory()) {
      if (SOURCES.test(entry.name)) files.set(to, packageFile(from));
    } else if (!MADE.test(entry.name)) for (const [name, file] of packageFiles(from, to)) files.set(name, file);
  }
  return files;
}

/** A text file of this package, with the line ends that it has in git: a checkout on Windows may have others, and what is
 *  installed from there too. */
export function packageFile(file: string): ContextFile {
  return { content: fs.readFileSync(file, "utf8").replaceAll("\r\n", "\n") };
}

/** The files at the top of a user's folder, as `<prefix>/…`: a checkpoint is flat, and folders beside it (.git, onnx) can
 *  be many times its size. `option` is the one that names the folder, for the problems. */
export function userFolder(
  folder: string,
  prefix: string,
  option: Path,
  got: string,
): { files: ContextFiles; problems: Problem[] } {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const remedy = "name a folder, relative to the project, that holds config.json, weights and tokenizer";
    return { files: new Map(), problems: [{ path: option, got, because: "no such folder", remedy }] };
  }
  if (fs.lstatSync(folder).isSymbolicLink()) return { files: new Map(), problems: [linkProblem(option, got)] };
  const names = fs.readdirSync(folder).filter((name) => !name.startsWith(".") && !CACHES.test(name));
  const paths = names.sort().map((name) => path.join(folder, name));
  const kept = paths.filter((file) => !fs.lstatSync(file).isDirectory());
  return {
    files: new Map(kept.map((file) => [`${prefix}/${path.basename(file)}`, { file }])),
    problems: kept.flatMap((file) => refusals(file, option, `${got}/${path.basename(file)}`)),
  };
}

/** Refuses absolute paths: they name other files on other machines. */
export function relativeProblems(file: string | undefined, at: Path): Problem[] {
  if (file === undefined || !path.isAbsolute(file)) return [];
  const because = "an absolute path means other files on another machine";
  return [{ path: at, got: file, because, remedy: "name it relative to the folder of Pulumi.yaml" }];
}

/** Where a file or folder lies that an option names; undefined where it names none, or one by an absolute path, which is refused by
 *  relativeProblems. */
export function userFile(projectFolder: string, named: string | undefined): string | undefined {
  return named === undefined || path.isAbsolute(named) ? undefined : path.resolve(projectFolder, named);
}

/** Why a user's file must not go into a context, if it must not. */
export function refusals(file: string, option: Path, got: string): Problem[] {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    return [{ path: option, got, because: "no such file", remedy: "name a file, relative to the project" }];
  }
  if (stat.isSymbolicLink()) return [linkProblem(option, got)];
  if (!stat.isFile()) {
    return [{ path: option, got, because: "is no regular file", remedy: "put a regular file there" }];
  }
  if (isLfsPointer(file, stat.size)) {
    const because = "is a Git-LFS pointer, not the file itself";
    return [{ path: option, got, because, remedy: "run `git lfs pull` in its repository" }];
  }
  return [];
}

function linkProblem(path: Path, got: string): Problem {
  const because = "is a symbolic link, which means other bytes on another machine";
  return { path, got, because, remedy: "put there what it leads to (cp -rL)" };
}

/** SHA-256 of every file's content, by path in the context. */
export function contentDigests(files: ContextFiles): Record<string, string> {
  return Object.fromEntries([...files].map(([name, file]) => [name, digestOf(file)]));
}

/** SHA-256 of a file's content, in hex. */
export function digestOf(file: ContextFile): string {
  return "content" in file ? sha256(file.content) : fileDigest(file.file);
}

// A hundred models share this package's files, and often a checkpoint; each is read once as long as it is the same.
const known = new Map<string, { seen: string; digest: string }>();

function fileDigest(file: string): string {
  const { ino, size, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
  const seen = `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  const before = known.get(file);
  if (before?.seen === seen) return before.digest;
  const digest = readDigest(file);
  known.set(file, { seen, digest });
  return digest;
}

function readDigest(file: string): string {
  const sum = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const descriptor = fs.openSync(file, "r");
  try {
    for (let read = fs.readSync(descriptor, chunk); read > 0; read = fs.readSync(descriptor, chunk)) {
      sum.update(chunk.subarray(0, read));
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return sum.digest("hex");
}

function isLfsPointer(file: string, size: number): boolean {
  // A pointer is a few lines; reading the head of every weight file would be needless.
  if (size > 1024) return false;
  return fs.readFileSync(file, "latin1").startsWith(LFS_FIRST_LINE);
}
