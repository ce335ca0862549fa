/** Reads the args of one TritonBertService, for programs that make it without a stack config. In: plain args, some of them
 *  Outputs where the options say so. Out: the spec with every default, and all problems that the args alone can tell. */
import { siteProblems } from "../image/checks";
import type { Problem } from "../shared/problems";
import { contradictions } from "./contradictions";
import { credentialProblems } from "./credentialUses";
import { readOptions } from "./read";
import { modelKey, type ServiceSpec, serviceArgs, UNREAD_MODEL, UNREAD_REGISTRY } from "./stackOptions";
import { schemaProblems } from "./validate";

export interface ReadService {
  /** With problems it is only good for the search of others. */
  readonly spec: ServiceSpec;
  readonly problems: readonly Problem[];
}

/** The args of the service `key`. */
export function readService(key: string, args: unknown): ReadService {
  const standIns = { model: UNREAD_MODEL, registry: UNREAD_REGISTRY };
  const { said, spec, problems } = readOptions(serviceArgs, args, standIns);
  return {
    spec,
    problems: [
      ...schemaProblems(modelKey, key),
      ...problems,
      ...credentialProblems(serviceArgs, said, said.credentials),
      ...contradictions(key, said),
      ...siteProblems(said, said.credentials),
    ],
  };
}
