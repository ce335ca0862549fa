/** The cluster, always named: nothing is deployed by accident to whatever is current. In: the context's name. Out: what is
 *  wrong with it, before any resource is registered; and the provider. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { parse } from "yaml";
import { z } from "zod";
import { didYouMean } from "../shared/didYouMean";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";

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

/** The provider of every object of the stack. Its inputs are the context's name alone, so that they are the same on every
 *  machine: the SDK would put the path in KUBECONFIG among them, hence the empty `kubeconfig`, which the provider reads as
 *  "look for it yourself". `clusterIdentifier` keeps it from guessing whether the cluster is still the same one (a guess
 *  that can replace everything). Logical name: "cluster", for ever. */
export function clusterProvider(context: string): k8s.Provider {
  return new k8s.Provider("cluster", {
    context,
    clusterIdentifier: context,
    kubeconfig: "",
    enableServerSideApply: true,
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
