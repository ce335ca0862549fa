/** The stack's config, or everything that is wrong with it at once: in itself (stackConfig.ts), with the files it names,
 *  with the facts about GPUs and releases, and with the cluster. Asked before any resource is registered. In: the config,
 *  and where the program runs. Out: the cluster and a plan for each model, or a ConfigError. */
import { contextProblems } from "../kubernetes/cluster";
import type { ClusterOptions } from "../kubernetes/options";
import { serviceArgs } from "../options/stackOptions";
import { locatePlan, type Place, type Planned, planService, type ServicePlan } from "../servicePlan";
import { pathText } from "../shared/paths";
import { locateProblem, type Problem, throwIfAny, warningText } from "../shared/problems";
import { inStack } from "./places";
import { inspectStackConfig } from "./stackConfig";

export interface StackPlan {
  readonly cluster: ClusterOptions;
  /** By the model's key, in the order of the keys. */
  readonly services: Readonly<Record<string, ServicePlan>>;
}

/** The plan of this stack.
 *  @throws ConfigError with all problems */
export function planStack(place: Place): StackPlan {
  const { config, problems, locate } = inspectStackConfig();
  const { cluster, models, ...shared } = config;
  const asked = Object.entries(models).map(([key, model]) => {
    // a mistake elsewhere is no reason to keep quiet about this model: what could not be read counts as not said
    const args = serviceArgs.safeParse({ registry: PLACEHOLDER, cluster, ...shared, ...model });
    const { plan, problems }: Planned = args.success ? planService(key, args.data, place) : { problems: [] };
    return {
      key,
      plan: plan && locatePlan(plan, locate(key)),
      problems: problems.map((problem) => locateProblem(problem, locate(key))),
    };
  });
  const context = cluster ? contextProblems(cluster.context) : [];
  throwIfAny(
    firstOfEachPath([
      ...problems,
      ...context.map((problem) => locateProblem(problem, inStack)),
      ...asked.flatMap((one) => one.problems),
    ]),
  );
  const services = Object.fromEntries(asked.flatMap(({ key, plan }) => (plan ? [[key, plan]] : [])));
  if (cluster === undefined || Object.keys(services).length < asked.length) throw new Error("no plan and no problem");
  return { cluster, services: eachWarningOnce(services) };
}

/** Stands for a registry that could not be read; nothing is ever pushed there, for its problem is thrown. */
const PLACEHOLDER = { repository: "registry.invalid" };

/** What stands in `defaults` is warned of once, not for each model. */
function eachWarningOnce(services: StackPlan["services"]): StackPlan["services"] {
  const told = new Set<string>();
  const untold = (warning: string): boolean => !told.has(warning) && told.add(warning) !== undefined;
  return Object.fromEntries(
    Object.entries(services).map(([key, plan]) => [
      key,
      { ...plan, warnings: plan.warnings.filter((warning) => untold(warningText(warning))) },
    ]),
  );
}

/** The first to report a path knows it best: the schema before the checks, and those before the rooms. */
function firstOfEachPath(problems: readonly Problem[]): Problem[] {
  const paths = problems.map(({ path }) => pathText(path));
  return problems.filter(({ path }, index) => paths.indexOf(pathText(path)) === index);
}
