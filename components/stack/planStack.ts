/** The plan of the stack, or everything that is wrong with it at once: with its config (readStack.ts), with the files that names,
 *  with the facts about GPUs and releases, and with the cluster. Asked before any resource is registered. In: the config, and
 *  where the program runs. Out: the cluster and a plan for each model, or a ConfigError. */
import type * as pulumi from "@pulumi/pulumi";
import { planSite } from "../image/site";
import { clusterProblems } from "../kubernetes/cluster";
import type { ClusterOptions } from "../kubernetes/options";
import { locateService, planService, type ServicePlan } from "../servicePlan";
import { type Finished, finish } from "../shared/draft";
import { locateProblem, type Problem } from "../shared/problems";
import type { Program } from "../shared/program";
import { inStack, onceEach } from "./places";
import { readStack } from "./readStack";
import { warnedOnce } from "./warnedOnce";

export interface StackPlan {
  readonly cluster: ClusterOptions;
  /** By the model's key, in the order of the keys. */
  readonly services: Readonly<Record<string, PlannedService>>;
}

export interface PlannedService extends Finished<ServicePlan> {
  /** ConfiguredService.intent. */
  readonly intent: pulumi.Inputs;
}

/** The plan of this stack.
 *  @param kubeconfig false: that of this machine knows nothing of the stack's cluster
 *  @throws ConfigError with all problems */
export function planStack(program: Program, { kubeconfig = true } = {}): StackPlan {
  const config = readStack();
  const site = planSite(config.shared, program);
  const drafts = Object.entries(config.services).map(([key, { spec, intent, locate }]) => {
    const draft = planService(key, spec, site.plan);
    return { key, intent, locate, warnings: draft.warnings, located: locateService(draft, locate) };
  });
  const ofStack = [...clusterProblems(config.cluster, program, kubeconfig), ...site.problems];
  const problems: Problem[] = [
    ...config.problems,
    ...ofStack.map((problem) => locateProblem(problem, inStack)),
    ...onceEach(drafts.flatMap(({ located }) => located.problems)),
  ];
  const told = warnedOnce(drafts);
  const services = drafts.map(({ key, intent, located: { plan } }): [string, PlannedService] => [
    key,
    { plan, intent, warnings: told.get(key) ?? [] },
  ]);
  const planned = { cluster: config.cluster, services: Object.fromEntries(services) };
  const { plan } = finish({ plan: planned, problems, warnings: [] });
  return plan;
}
