/** From the stack's config to validated specs. In: what rawConfig.ts read. Out: the shared part, and one spec for each
 *  model with `defaults` laid under it; or every problem there is, each at the place where the user wrote it. */
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { loginProblems } from "../image/registries/generic";
import { credentialCheck, modelChecks, nameCollisions, relativeCheck } from "../options/checks";
import { type ModelSpec, modelOptions } from "../options/modelOptions";
import { isMap, valueAt } from "../options/schemaWalk";
import { CONFIG_NAMESPACE, modelKey, type StackOnly, stackOnlyOptions } from "../options/stackOptions";
import { schemaProblems } from "../options/validate";
import { type Locate, pathText } from "../shared/paths";
import { locateProblem, type Problem } from "../shared/problems";
import { withDefaults } from "./defaults";
import { inService, inStack } from "./places";
import { ADD_MODEL, readRawConfig } from "./rawConfig";

/** What could be read, for checks that go on after a problem elsewhere; a field with a problem is absent. */
export interface StackConfig extends Partial<Omit<StackOnly, "credentials">> {
  readonly credentials?: Readonly<Record<string, pulumi.Output<string>>>;
  /** By the model's key, in the order of the keys. */
  readonly models: Readonly<Record<string, Partial<ModelSpec>>>;
}

export interface Inspection {
  readonly config: StackConfig;
  readonly problems: readonly Problem[];
  /** Where the args of the service `key` stand in the config. */
  readonly locate: (key: string) => Locate;
}

/** The config as far as it can be read, and all its problems. */
export function inspectStackConfig(): Inspection {
  const raw = readRawConfig();
  const { defaults = {}, models, ...shared } = raw.values;
  const names = raw.credentials && Object.keys(raw.credentials);
  const stack = readable(stackOnlyOptions, { ...shared, credentials: raw.credentials ?? {} }, raw.unread);
  const ofStack = [
    ...stack.problems,
    ...credentialCheck(stack.parsed.registry?.credential, names, ["registry", "credential"]),
    ...relativeCheck(stack.parsed.build?.ca, ["build", "ca"]),
    ...(stack.parsed.registry ? loginProblems(stack.parsed.registry) : []),
  ];
  const problems = [...raw.problems, ...ofStack.map((problem) => locateProblem(problem, inStack))];
  const read: Record<string, Partial<ModelSpec>> = {};
  const located = (key: string): Locate => inService(key, valueAt(models, [key]), defaults);
  for (const key of Object.keys(isMap(models) ? models : {}).sort()) {
    const keyProblems = schemaProblems(modelKey, key);
    problems.push(...keyProblems.map((problem) => ({ ...problem, path: inStack(["models", key]) })));
    const model = readable(modelOptions, withDefaults(modelOptions, defaults, valueAt(models, [key])));
    const ofModel = [...model.problems, ...modelChecks(key, model.parsed, names)];
    problems.push(...ofModel.map((problem) => locateProblem(problem, located(key))));
    read[key] = model.parsed;
  }
  const named = Object.entries(read).map(([key, { renamedFrom }]) => [key, renamedFrom ?? key] as const);
  const legal = named.filter(([, service]) => modelKey.safeParse(service).success);
  const collisions = nameCollisions(Object.fromEntries(legal), stack.parsed.namePrefix ?? "");
  problems.push(...collisions.map((problem) => locateProblem(problem, (path) => inStack(["models", ...path]))));
  if (Object.keys(read).length === 0 && !raw.unread.includes("models")) problems.push(NO_MODELS);
  const { credentials: _, ...parsed } = stack.parsed;
  const config = { ...parsed, ...(raw.credentials ? { credentials: raw.credentials } : {}), models: read };
  return { config, problems: unique(problems), locate: located };
}

const NO_MODELS: Problem = {
  path: [`${CONFIG_NAMESPACE}:models`],
  because: "no model is named",
  remedy: ADD_MODEL,
};

/** The problems of `value`, and those of its fields that have none. */
function readable<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  value: unknown,
  unread: readonly PropertyKey[] = [],
): { parsed: Partial<z.output<z.ZodObject<Shape>>>; problems: Problem[] } {
  const problems = schemaProblems(schema, value);
  const faulty = new Set<PropertyKey>([...unread, ...problems.flatMap(({ path }) => path.slice(0, 1))]);
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    if (!isMap(value) || faulty.has(name)) return [];
    const result = (field as z.ZodType).safeParse(value[name]);
    return result.success && result.data !== undefined ? [[name, result.data]] : [];
  });
  const told = problems.filter(({ path }) => path.length !== 1 || !unread.includes(path[0] ?? ""));
  return { parsed: Object.fromEntries(fields) as Partial<z.output<z.ZodObject<Shape>>>, problems: told };
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${pathText(problem.path)}\n${problem.because}`, problem])).values()];
}
