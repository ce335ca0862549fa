/** What pods pull their image with, where the registry asks for a login and the nodes have none. In: the registry. Out: the Secret, made
 *  of the registry's login, or the name of one that is there already. A rotated password changes the Secret alone: its name stays, and
 *  with it the pods. Source: Kubernetes, "Pull an Image from a Private Registry". */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Registry, StaticLogin } from "../image/registries/registry";
import { child, type Owner } from "../shared/child";
import { pullSecretName } from "../shared/names";
import { type KubernetesSite, metadata } from "./metadata";

export interface PullSecret {
  readonly name: string;
  /** What it is made of; absent: it is there. */
  readonly made?: { readonly server: string; readonly login: StaticLogin };
}

/** Undefined where pods need none. */
export function planPullSecret({ names }: KubernetesSite, { server, pull }: Registry): PullSecret | undefined {
  if (pull?.secret !== undefined) return { name: pull.secret };
  if (pull?.login === undefined) return undefined;
  return { name: pullSecretName(names.object), made: { server, login: pull.login } };
}

/** Makes the Secret, if there is one to make. */
export function pullSecret(owner: Owner, site: KubernetesSite, plan: PullSecret | undefined): k8s.core.v1.Secret[] {
  if (plan?.made === undefined) return [];
  const { server, login } = plan.made;
  const args = {
    metadata: metadata(site, { name: plan.name }),
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": dockerConfig(server, login) },
  };
  return [child(k8s.core.v1.Secret, owner, "pull-secret", args)];
}

/** In base64, as the field `data` has it. */
function dockerConfig(server: string, login: StaticLogin): pulumi.Output<string> {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const config = pulumi.all([login.username, login.password]).apply(([username, password]) => {
    const auth = base64(`${username}:${password}`);
    return base64(JSON.stringify({ auths: { [configKey(server)]: { auth } } }));
  });
  return pulumi.secret(config);
}

/** Docker Hub's logins stand under the address that it had first. */
const configKey = (server: string): string => (server === "docker.io" ? "https://index.docker.io/v1/" : server);
