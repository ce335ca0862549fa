/** The stack's config, or everything that is wrong with it at once: in itself (stackConfig.ts), with the files it names,
 *  with the facts about GPUs and releases, and with the cluster. Asked before any resource is registered. In: the config,
 *  and where the program runs. Out: the config, validated, or a ConfigError. */
import { contextProblems } from "../kubernetes/cluster";
import { type Problem, throwIfAny } from "../problems";
import { type Place, planService } from "../servicePlan";
import { inspectStackConfig, type StackConfig } from "./stackConfig";
import { type ServiceSpec, serviceArgs } from "./stackOptions";

/** The config of this stack.
 *  @throws ConfigError with all problems */
export function readStackConfig(place: Place): StackConfig {
  const { config, problems, locate } = inspectStackConfig();
  const { cluster, models, ...shared } = config;
  const asked = Object.entries(models).flatMap(([key, model]) => {
    // a mistake elsewhere is no reason to keep quiet about this model: what could not be read counts as not said
    const args = serviceArgs.safeParse({ registry: PLACEHOLDER, ...shared, ...model });
    return args.success ? planService(key, args.data, place, locate(key)).problems : [];
  });
  const context = cluster ? contextProblems(cluster.context, locate("")(["cluster", "context"])) : [];
  throwIfAny(firstOfEachPath([...problems, ...context, ...asked]));
  return config as StackConfig;
}

/** Stands for a registry that could not be read; nothing is ever pushed there, for its problem is thrown. */
const PLACEHOLDER = { repository: "registry.invalid" };

/** The args of the service `key`. */
export function argsOf({ cluster: _, models, ...shared }: StackConfig, key: string): ServiceSpec {
  const model = models[key];
  if (model === undefined) throw new Error(`no model ${key}`);
  return { ...model, ...shared };
}

/** The first to report a path knows it best: the schema before the checks, and those before the rooms. */
function firstOfEachPath(problems: readonly Problem[]): Problem[] {
  const paths = problems.map(({ path }) => path);
  return problems.filter(({ path }, index) => paths.indexOf(path) === index);
}
