/** The cluster, always named: nothing is deployed by accident to whatever is current. In: a context's name, or a cluster of EKS. Out:
 *  what is wrong with it, before any resource is registered; the provider; and how else it is asked. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { didYouMean } from "../shared/didYouMean";
import type { Locate, Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import type { Program } from "../shared/program";
import { apiServer, type ClusterAccess, type Connect } from "./apiClient";
import { eksAccess, eksProblems, eksProvider, requireEksAccess, withStackDefaults } from "./eks";
import type { ClusterOptions } from "./options";

const path: Path = ["cluster", "context"];

const kubeconfig = z.object({ contexts: z.array(z.object({ name: z.string() })).nullish() });

/** Problems with the context `context` in the kubeconfig: KUBECONFIG (several files, as kubectl reads it) or ~/.kube/config. */
export function contextProblems(context: string, env = process.env): Problem[] {
  const files = kubeconfigFiles(env);
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0)
    return [
      {
        path,
        got: context,
        because: `there is no kubeconfig at ${files.join(" or ")}`,
        remedy: "set KUBECONFIG to the file that holds this context",
      },
    ];
  const contexts: string[] = [];
  for (const file of present) {
    const read = contextsOf(file);
    if (read === undefined)
      return [{ path, got: context, because: `${file} is no kubeconfig`, remedy: "repair it, or set KUBECONFIG" }];
    contexts.push(...read);
  }
  if (contexts.includes(context)) return [];
  const nearest = didYouMean(context, contexts);
  const known = contexts.length === 0 ? "it holds none" : `it holds ${[...new Set(contexts)].sort().join(", ")}`;
  return [
    {
      path,
      got: context,
      because: `the kubeconfig (${present.join(", ")}) has no such context; ${known}`,
      remedy:
        nearest === undefined ? "set one of them, or KUBECONFIG to the file that has it" : `did you mean ${nearest}?`,
    },
  ];
}

/** What is wrong with the cluster, without asking it. `kubeconfig`: whether to look for its context on this machine. */
export const clusterProblems = ({ context, eks }: ClusterOptions, program: Program, kubeconfig: boolean): Problem[] => [
  ...(context === undefined || !kubeconfig ? [] : contextProblems(context)),
  ...(eks === undefined ? [] : eksProblems(eks, program)),
];

/** How the stack's cluster is reached; one of EKS is asked whether it lets us in.
 *  @throws UserError where it does not */
export async function reachCluster(cluster: ClusterOptions, program: Program, locate: Locate): Promise<ClusterAccess> {
  if (cluster.eks === undefined) return contextAccess(cluster.context ?? "");
  const options = withStackDefaults(cluster.eks, program);
  const { identity, ...access } = await eksAccess(options, { provider: eksProvider(options) }, locate);
  await requireEksAccess(options, identity, () => apiServer(access), locate);
  return access;
}

/** How a service asks its cluster where another program made the provider, which `parent` has; undefined: not at all. */
export function connectorOf(
  cluster: ClusterOptions | undefined,
  program: Program,
  parent: pulumi.Resource,
  locate: Locate,
): Connect | undefined {
  const { context, eks } = cluster ?? {};
  if (context !== undefined) return () => apiServer(contextAccess(context));
  if (eks === undefined) return undefined;
  return async () => apiServer(await eksAccess(withStackDefaults(eks, program), { parent }, locate));
}

/** A context of the kubeconfig, by which it is named. */
export const contextAccess = (context: string): ClusterAccess => ({ identifier: context, context, kubeconfig: "" });

/** The provider of every object of the stack. Its inputs are the same on every machine: of a context the name alone. The SDK would
 *  put the path in KUBECONFIG among them, hence the empty `kubeconfig`, which the provider reads as "look for it yourself".
 *  `clusterIdentifier` keeps it from guessing whether the cluster is still the same one (a guess that can replace
 *  everything). Logical name: "cluster", for ever. */
export function clusterProvider({ identifier, context, kubeconfig }: ClusterAccess): k8s.Provider {
  return new k8s.Provider("cluster", {
    ...(context === undefined ? {} : { context }),
    clusterIdentifier: identifier,
    kubeconfig,
    enableServerSideApply: true,
    // Else another password would delete the pull secret and make it anew, and a pod that starts in between would find none.
    enableSecretMutable: true,
  });
}

function kubeconfigFiles(env: NodeJS.ProcessEnv): string[] {
  const named = (env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  return named.length > 0 ? named : [join(env.HOME ?? homedir(), ".kube", "config")];
}

function contextsOf(file: string): string[] | undefined {
  try {
    return kubeconfig.parse(parse(readFileSync(file, "utf8"))).contexts?.map(({ name }) => name) ?? [];
  } catch {
    return undefined;
  }
}
