/** Reads the stack's config: what is said once, and each model with `defaults` laid under it. In: what rawConfig.ts got. Out: specs,
 *  as far as they can be read, and every problem that the config alone can tell, each at the place where the user wrote it. */
import type * as pulumi from "@pulumi/pulumi";
import { siteProblems } from "../image/checks";
import type { Credentials } from "../image/credentials";
import type { ClusterOptions } from "../kubernetes/options";
import { contradictions } from "../options/contradictions";
import { credentialProblems } from "../options/credentialUses";
import { intentOf } from "../options/intent";
import { modelOptions } from "../options/modelOptions";
import { readOptions } from "../options/read";
import { isMap, valueAt } from "../options/schemaWalk";
import {
  CONFIG_NAMESPACE,
  modelKey,
  type ServiceSpec,
  stackOnlyOptions,
  UNREAD_CLUSTER,
  UNREAD_MODEL,
  UNREAD_REGISTRY,
} from "../options/stackOptions";
import { schemaProblems } from "../options/validate";
import type { Locate } from "../shared/paths";
import { locateProblem, type Problem } from "../shared/problems";
import { withDefaults } from "./defaults";
import { nameCollisions } from "./nameCollisions";
import { inService, inStack, onceEach } from "./places";
import { ADD_MODEL, readRawConfig } from "./rawConfig";
import { routeCollisions } from "./routeCollisions";

export interface ConfiguredService {
  readonly spec: ServiceSpec;
  /** What the user wrote: for the model, in `defaults`, and for all services. */
  readonly intent: pulumi.Inputs;
  readonly locate: Locate;
}

/** With problems the specs are only good for the search of others. */
export interface StackConfig {
  readonly cluster: ClusterOptions;
  /** What all services share, the cluster excepted. */
  readonly shared: Pick<ServiceSpec, "registry" | "build"> & {
    readonly credentials: Credentials;
  };
  /** By the model's key, in the order of the keys. */
  readonly services: Readonly<Record<string, ConfiguredService>>;
  readonly problems: readonly Problem[];
}

export function readStack(): StackConfig {
  const raw = readRawConfig();
  const { defaults = {}, models, ...rest } = raw.values;
  // The provider has that one among its inputs.
  const { cluster: _cluster, ...shared } = rest;
  const credentials = raw.credentials ?? {};
  const standIns = { cluster: UNREAD_CLUSTER, registry: UNREAD_REGISTRY };
  const stack = readOptions(stackOnlyOptions, rest, standIns, [...raw.unread, "credentials"]);
  const keys = Object.keys(isMap(models) ? models : {}).sort();
  const read = keys.map((key) => ({ key, ...readModel(key, valueAt(models, [key]), defaults, raw.credentials) }));
  const ofStack = [
    ...stack.problems,
    ...credentialProblems(stackOnlyOptions, stack.said, raw.credentials),
    ...siteProblems(stack.said, raw.credentials),
  ];
  const objects = read.map(({ key, spec }) => [key, spec.renamedFrom ?? key]).filter(([, name]) => isKey(name));
  const routes = read.flatMap(({ key, spec: { renamedFrom, apiName = renamedFrom ?? key, service } }) =>
    service.route === undefined ? [] : [{ key, apiName, options: service.route }],
  );
  const collisions = nameCollisions(Object.fromEntries(objects), stack.spec.namePrefix);
  return {
    cluster: stack.spec.cluster,
    shared: { ...stack.spec, credentials },
    services: Object.fromEntries(
      read.map(({ key, spec, said, locate }) => [
        key,
        { spec: { ...stack.spec, ...spec, credentials }, intent: intentOf({ ...shared, ...said }), locate },
      ]),
    ),
    problems: [
      ...raw.problems,
      ...ofStack.map((problem) => locateProblem(problem, inStack)),
      ...onceEach(read.flatMap(({ problems }) => problems)),
      ...collisions.map((problem) => locateProblem(problem, (path) => inStack(["models", ...path]))),
      ...routeCollisions(routes, stack.spec.namespace).map(({ key, problem }) =>
        locateProblem(problem, read.find((model) => model.key === key)?.locate ?? inStack),
      ),
      ...(read.length === 0 && !raw.unread.includes("models") ? [NO_MODELS] : []),
    ],
  };
}

/** The model `key`, which says `own`, with `defaults` under it. */
function readModel(key: string, own: unknown, defaults: unknown, credentials: Credentials | undefined) {
  const said = withDefaults(modelOptions, defaults, own);
  const model = readOptions(modelOptions, said, { model: UNREAD_MODEL });
  const locate = inService(key, own, defaults);
  const ofKey = schemaProblems(modelKey, key).map((problem) => ({ ...problem, path: inStack(["models", key]) }));
  const ofModel = [
    ...model.problems,
    ...credentialProblems(modelOptions, model.said, credentials),
    ...contradictions(key, model.said),
  ];
  return {
    spec: model.spec,
    said: isMap(said) ? said : {},
    locate,
    problems: [...ofKey, ...ofModel.map((problem) => locateProblem(problem, locate))],
  };
}

const NO_MODELS: Problem = {
  path: [`${CONFIG_NAMESPACE}:models`],
  because: "no model is named",
  remedy: ADD_MODEL,
};

const isKey = (name: string | undefined): boolean => modelKey.safeParse(name).success;
