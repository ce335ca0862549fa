/** Checks the args of one TritonBertService, for programs that make it without a stack config. In: plain args, some of
 *  them Outputs where the options say so. Out: the spec with every default, or a ConfigError with all problems. */
import { loginProblems } from "../image/registries/generic";
import type { Path } from "../shared/paths";
import { locateProblem, type Problem, throwIfAny } from "../shared/problems";
import { credentialCheck, modelChecks, relativeCheck } from "./checks";
import { modelKey, type ServiceSpec, serviceArgs } from "./stackOptions";
import { schemaProblems } from "./validate";

/** The spec of the service `key`. Problems are shown under `root`, by default the key.
 *  @throws ConfigError with all problems */
export function toSpec(key: string, args: unknown, root = key): ServiceSpec {
  const tell = (problems: readonly Problem[]) =>
    throwIfAny(problems.map((problem) => locateProblem(problem, (path: Path) => [root, ...path])));
  tell([...schemaProblems(modelKey, key), ...schemaProblems(serviceArgs, args)]);
  const spec = serviceArgs.parse(args);
  const names = Object.keys(spec.credentials);
  tell([
    ...modelChecks(key, spec, names),
    ...credentialCheck(spec.registry.credential, names, ["registry", "credential"]),
    ...relativeCheck(spec.build.ca, ["build", "ca"]),
    ...loginProblems(spec.registry),
  ]);
  return spec;
}
