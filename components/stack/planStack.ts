/** The plan of the stack, or everything that is wrong with it at once: with its config (readStack.ts), with the files that names,
 *  with the facts about GPUs and releases, and with the cluster. Asked before any resource is registered. In: the config, and
 *  where the program runs. Out: the cluster and a plan for each model, or a ConfigError. */
import { planSite } from "../image/site";
import { contextProblems } from "../kubernetes/cluster";
import type { ClusterOptions } from "../kubernetes/options";
import { UNREAD_CLUSTER } from "../options/stackOptions";
import { locateService, planService, type ServicePlan } from "../servicePlan";
import { type Draft, type Finished, finish } from "../shared/draft";
import { locateProblem, type Problem, warningText } from "../shared/problems";
import type { Program } from "../shared/program";
import { inStack, onceEach } from "./places";
import { readStack } from "./readStack";

export interface StackPlan {
  readonly cluster: ClusterOptions;
  /** By the model's key, in the order of the keys. */
  readonly services: Readonly<Record<string, Finished<ServicePlan>>>;
}

/** The plan of this stack.
 *  @throws ConfigError with all problems */
export function planStack(program: Program): StackPlan {
  const config = readStack();
  const site = planSite(config.shared, program);
  const drafts = Object.entries(config.services).map(([key, { spec, locate }]): [string, Draft<ServicePlan>] => [
    key,
    locateService(planService(key, spec, site.plan), locate),
  ]);
  const ofStack = [...clusterProblems(config.cluster), ...site.problems];
  const problems: Problem[] = [
    ...config.problems,
    ...ofStack.map((problem) => locateProblem(problem, inStack)),
    ...onceEach(drafts.flatMap(([, draft]) => draft.problems)),
  ];
  const services = withEachWarningOnce(Object.fromEntries(drafts));
  const { plan } = finish({ plan: { cluster: config.cluster, services }, problems, warnings: [] });
  return plan;
}

const clusterProblems = (cluster: ClusterOptions): Problem[] =>
  cluster === UNREAD_CLUSTER ? [] : contextProblems(cluster.context);

/** What stands in `defaults` is warned of once, not for each model. */
function withEachWarningOnce(services: Readonly<Record<string, Draft<ServicePlan>>>): StackPlan["services"] {
  const told = new Set<string>();
  const isNew = (text: string): boolean => !told.has(text) && told.add(text) !== undefined;
  return Object.fromEntries(
    Object.entries(services).map(([key, { plan, warnings }]) => [
      key,
      { plan, warnings: warnings.filter((warning) => isNew(warningText(warning))) },
    ]),
  );
}
