/** From the stack's config to validated specs. In: what rawConfig.ts read. Out: the shared part, and one spec for each
 *  model with `defaults` laid under it; or every problem there is, each at the place where the user wrote it. */
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { loginProblems } from "../image/registries/generic";
import { credentialCheck, modelChecks, nameCollisions, relativeCheck } from "../options/checks";
import { type ModelSpec, modelOptions } from "../options/modelOptions";
import { isMap, type Path, valueAt } from "../options/schemaWalk";
import { CONFIG_NAMESPACE, modelKey, type StackOnly, stackOnlyOptions } from "../options/stackOptions";
import { schemaProblems } from "../options/validate";
import { type Locate, type Problem, pathText } from "../shared/problems";
import { isOfDefaults, withDefaults } from "./defaults";
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
  const stack = readable(stackOnlyOptions, { ...shared, credentials: raw.credentials ?? {} }, inStack([]), raw.unread);
  const problems: Problem[] = [
    ...raw.problems,
    ...stack.problems,
    ...credentialCheck(stack.parsed.registry?.credential, names, ["registry", "credential"], inStack([])),
    ...relativeCheck(stack.parsed.build?.ca, ["build", "ca"], inStack([])),
    ...(stack.parsed.registry ? loginProblems(stack.parsed.registry, inStack([])) : []),
  ];
  const read: Record<string, Partial<ModelSpec>> = {};
  for (const key of Object.keys(isMap(models) ? models : {}).sort()) {
    const own = (models as Record<string, unknown>)[key];
    const locate = locator(key, own, defaults);
    problems.push(...schemaProblems(modelKey, key, () => pathText(`${CONFIG_NAMESPACE}:models`, [key])));
    const model = readable(modelOptions, withDefaults(modelOptions, defaults, own), locate);
    problems.push(...model.problems, ...modelChecks(key, model.parsed, names, locate));
    read[key] = model.parsed;
  }
  const named = Object.entries(read).map(([key, { renamedFrom }]) => [key, renamedFrom ?? key] as const);
  const legal = named.filter(([, service]) => modelKey.safeParse(service).success);
  problems.push(...nameCollisions(Object.fromEntries(legal), stack.parsed.namePrefix ?? "", inStack(["models"])));
  if (Object.keys(read).length === 0 && !raw.unread.includes("models")) problems.push(NO_MODELS);
  const { credentials: _, ...parsed } = stack.parsed;
  const located = (key: string): Locate => serviceLocator(locator(key, valueAt(models, [key]), defaults));
  const config = { ...parsed, ...(raw.credentials ? { credentials: raw.credentials } : {}), models: read };
  return { config, problems: unique(problems), locate: located };
}

const NO_MODELS: Problem = {
  path: `${CONFIG_NAMESPACE}:models`,
  because: "no model is named",
  remedy: ADD_MODEL,
};

const inStack =
  (before: Path): Locate =>
  ([key, ...rest] = []) => {
    const [first, ...path] = [...before, ...(key === undefined ? [] : [key]), ...rest];
    return pathText(`${CONFIG_NAMESPACE}:${String(first)}`, path);
  };

/** What only `defaults` says is shown there, once for all models; anything else in the model. */
function locator(key: string, own: unknown, defaults: unknown): Locate {
  return (path) =>
    isOfDefaults(modelOptions, defaults, own ?? {}, path)
      ? pathText(`${CONFIG_NAMESPACE}:defaults`, path)
      : pathText(`${CONFIG_NAMESPACE}:models`, [key, ...path]);
}

/** The args of a service are fields of its model, and what is said once for the stack. */
function serviceLocator(inModel: Locate): Locate {
  return (path) => (Object.hasOwn(stackOnlyOptions.shape, path[0] ?? "") ? inStack([])(path) : inModel(path));
}

/** The problems of `value`, and those of its fields that have none. */
function readable<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  value: unknown,
  locate: Locate,
  unread: readonly string[] = [],
): { parsed: Partial<z.output<z.ZodObject<Shape>>>; problems: Problem[] } {
  const faulty = new Set<PropertyKey>(unread);
  const problems = schemaProblems(schema, value, (path) => {
    if (path[0] !== undefined) faulty.add(path[0]);
    return locate(path);
  });
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    if (!isMap(value) || faulty.has(name)) return [];
    const result = (field as z.ZodType).safeParse(value[name]);
    return result.success && result.data !== undefined ? [[name, result.data]] : [];
  });
  const told = problems.filter(({ path }) => !unread.some((key) => path === locate([key])));
  return { parsed: Object.fromEntries(fields) as Partial<z.output<z.ZodObject<Shape>>>, problems: told };
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path}\n${problem.because}`, problem])).values()];
}
