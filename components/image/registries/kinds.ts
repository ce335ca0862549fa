/** Which kinds of registry there are. In: what a stack says under `registry`. Out: the `Registry` that it names, and what is wrong
 *  with how it is said. */
import type { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import { MOVED } from "../../shared/moved";
import type { Problem } from "../../shared/problems";
import type { Credentials } from "../credentials";
import { genericOptions, genericProblems, genericRegistry } from "./generic";
import type { Registry } from "./registry";

const WAS_FLAT = ["repository", "username", "credential"].map((name) => [name, `generic.${name}`]);

/** Where images are pushed to; said once for a stack. */
export const registryOptions = exactlyOneOf({ generic: genericOptions }).meta({
  [MOVED]: Object.fromEntries(WAS_FLAT),
});

export type RegistryOptions = z.output<typeof registryOptions>;

/** With no kind set it is one that could not be read. */
export function registryOf({ generic }: RegistryOptions, credentials: Credentials): Registry {
  return generic === undefined ? UNREAD : genericRegistry(generic, credentials);
}

export function registryProblems({ generic }: RegistryOptions, credentials: Credentials): Problem[] {
  return generic === undefined ? [] : genericProblems(generic, credentials, ["registry", "generic"]);
}

const UNREAD: Registry = { server: "", repository: () => "", loginForReading: () => undefined };
