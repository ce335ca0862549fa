/** Checks the args of one TritonBertService, for programs that make it without a stack config. In: plain args, some of
 *  them Outputs where the options say so. Out: the spec with every default, or a ConfigError with all problems. */
import { loginProblems } from "../image/registries/generic";
import { type Locate, pathText, throwIfAny } from "../shared/problems";
import { credentialCheck, modelChecks, relativeCheck } from "./checks";
import { modelKey, type ServiceSpec, serviceArgs } from "./stackOptions";
import { schemaProblems } from "./validate";

/** The spec of the service `key`. Problems are shown under `root`, by default the key.
 *  @throws ConfigError with all problems */
export function toSpec(key: string, args: unknown, root = key): ServiceSpec {
  const locate: Locate = (path) => pathText(root, path);
  throwIfAny([...schemaProblems(modelKey, key, locate), ...schemaProblems(serviceArgs, args, locate)]);
  const spec = serviceArgs.parse(args);
  const names = Object.keys(spec.credentials);
  throwIfAny([
    ...modelChecks(key, spec, names, locate),
    ...credentialCheck(spec.registry.credential, names, ["registry", "credential"], locate),
    ...relativeCheck(spec.build.ca, ["build", "ca"], locate),
    ...loginProblems(spec.registry, locate),
  ]);
  return spec;
}
