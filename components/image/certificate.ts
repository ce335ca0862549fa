/** The private CA that the builds shall trust. In: the option `build.ca`. Out: a file of both contexts, which is always there, since
 *  a Dockerfile can't copy one or none; and the problems. */
import * as fs from "node:fs";
import type { Problem } from "../shared/problems";
import { type ContextFiles, refusals, userFile } from "./contextFiles";

export type Certificate = ContextFiles;

const AT = "certificates/ca.crt";
const NONE: Certificate = new Map([[AT, { content: "" }]]);
const OPTION = ["build", "ca"];

export function readCertificate(
  ca: string | undefined,
  projectFolder: string,
): { certificate: Certificate; problems: Problem[] } {
  const file = userFile(projectFolder, ca);
  if (ca === undefined || file === undefined) return { certificate: NONE, problems: [] };
  const problems = refusals(file, OPTION, ca);
  if (problems.length > 0) return { certificate: NONE, problems };
  if (fs.readFileSync(file, "latin1").includes("-----BEGIN CERTIFICATE-----"))
    return { certificate: new Map([[AT, { file }]]), problems: [] };
  const because = "holds no certificate in PEM";
  const remedy = "name a file with -----BEGIN CERTIFICATE-----";
  return { certificate: NONE, problems: [{ path: OPTION, got: ca, because, remedy }] };
}
