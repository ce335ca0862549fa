/** Private CAs. In: an option that names a PEM file. Out: the file, and of the one that the builds shall trust (`build.ca`) a file of both
 *  contexts, which is always there, since a Dockerfile can't copy one or none; and the problems. */
import * as fs from "node:fs";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { type ContextFiles, refusals, userFile } from "./contextFiles";

export type Certificate = ContextFiles;

const AT = "certificates/ca.crt";
const NONE: Certificate = new Map([[AT, { content: "" }]]);

export function readCertificate(
  ca: string | undefined,
  projectFolder: string,
): { certificate: Certificate; problems: Problem[] } {
  const { file, problems } = pemFile(ca, projectFolder, ["build", "ca"]);
  return { certificate: file === undefined ? NONE : new Map([[AT, { file }]]), problems };
}

/** A PEM file that may be read; `named`: by the option. */
export function pemFile(
  named: string | undefined,
  projectFolder: string,
  option: Path,
): { file?: string; problems: Problem[] } {
  const file = userFile(projectFolder, named);
  if (named === undefined || file === undefined) return { problems: [] };
  const problems = refusals(file, option, named);
  if (problems.length > 0) return { problems };
  if (fs.readFileSync(file, "latin1").includes("-----BEGIN CERTIFICATE-----")) return { file, problems: [] };
  const because = "holds no certificate in PEM";
  const remedy = "name a file with -----BEGIN CERTIFICATE-----";
  return { problems: [{ path: option, got: named, because, remedy }] };
}
