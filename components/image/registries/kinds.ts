/** Which kinds of registry there are. In: what a stack says under `registry`. Out: the `Registry` that it names, and what is wrong
 *  with how it is said. */
import type { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import { MOVED } from "../../shared/moved";
import type { Path } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import type { Program } from "../../shared/program";
import type { Credentials } from "../credentials";
import { ecrOptions, ecrProblems, ecrRegistry, ecrSiteProblems } from "./ecr";
import { genericOptions, genericProblems, genericRegistry, genericSiteProblems } from "./generic";
import type { Registry } from "./registry";

const WAS_FLAT = ["repository", "username", "credential"].map((name) => [name, `generic.${name}`]);

/** Where images are pushed to; said once for a stack. */
export const registryOptions = exactlyOneOf({ generic: genericOptions, ecr: ecrOptions }).meta({
  [MOVED]: Object.fromEntries(WAS_FLAT),
});

export type RegistryOptions = z.output<typeof registryOptions>;

const GENERIC: Path = ["registry", "generic"];
const ECR: Path = ["registry", "ecr"];

/** With no kind set it is one that could not be read. */
export function registryOf({ generic, ecr }: RegistryOptions, credentials: Credentials, program: Program): Registry {
  if (ecr !== undefined) return ecrRegistry(ecr, program, ECR);
  return generic === undefined ? UNREAD : genericRegistry(generic, credentials, program);
}

export const registryProblems = ({ generic, ecr }: RegistryOptions, credentials: Credentials): Problem[] => [
  ...(generic === undefined ? [] : genericProblems(generic, credentials, GENERIC)),
  ...(ecr === undefined ? [] : ecrProblems(ecr, ECR)),
];

/** What only the machine and the rest of the stack's config can tell. */
export const registrySiteProblems = ({ generic, ecr }: RegistryOptions, program: Program): Problem[] => [
  ...(generic === undefined ? [] : genericSiteProblems(generic, program, GENERIC)),
  ...(ecr === undefined ? [] : ecrSiteProblems(ecr, program, ECR)),
];

const UNREAD: Registry = { server: "", repository: () => "", loginForReading: () => undefined };
