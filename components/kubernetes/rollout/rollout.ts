/** What `up` tells of a rollout, besides what the Kubernetes provider does: what keeps pods from starting, at once; and that it has
 *  ended. In: the Deployment, and when it can begin. Out: the end of the rollout. Without a cluster to ask nothing is asked. */
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../../shared/child";
import type { Connect, Get } from "../apiClient";
import type { KubernetesSite } from "../metadata";
import { verifyRollout } from "./ended";
import { hindrances } from "./hindrances";
import { watchRollout } from "./watch";

export interface Rollout {
  readonly site: KubernetesSite;
  readonly verify: boolean;
  /** The longest that it may take. */
  readonly seconds: number;
}

/** @param begun known when nothing but the Deployment's own update is left */
export function rollout(
  { resource }: Owner,
  { site, verify, seconds }: Rollout,
  begun: pulumi.Output<unknown>,
  { metadata, status }: k8s.apps.v1.Deployment,
  asked?: Connect,
): pulumi.Output<unknown> {
  if (!verify || asked === undefined || pulumi.runtime.isDryRun()) return metadata;
  let over = false;
  let api: Get | undefined;
  const connect = async () => {
    api ??= await asked();
    return api;
  };
  const look = async () => hindrances(await connect(), site);
  const say = (text: string) => void pulumi.log.warn(text, resource);
  begun.apply(() => void watchRollout(look, say, () => over));
  return pulumi.output({ metadata, status }).apply((seen) => {
    over = true;
    return verifyRollout(site, seconds, seen, connect);
  });
}
