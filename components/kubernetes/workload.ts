/** The Deployment of a model and its ServiceAccount. In: the pod's parts, the number of pods, who decides it. Out: the
 *  children. Everything they say is built as plain data by `deploymentArgs` and `serviceAccountArgs`. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { child, type Owner } from "../shared/child";
import { selectorLabels } from "../shared/names";
import { type KubernetesSite, metadata } from "./metadata";
import { type PodInput, podTemplate } from "./pod";
import { strategy } from "./rollout/strategy";
import type { Scale } from "./scaling/autoscaling";

export interface WorkloadInput extends PodInput, Pick<Scale, "replicas" | "autoscaled"> {}

/** Makes the children. The Deployment waits for the ServiceAccount not only because its pods need it: another stack's
 *  account of the same name refuses to be taken over (metadata.ts), and with it the Deployment, which may use force.
 *  `before`: what else its pods need. */
export function workload(
  owner: Owner,
  input: WorkloadInput,
  before: readonly pulumi.Resource[] = [],
): k8s.apps.v1.Deployment {
  const account = serviceAccountArgs(input.site);
  const serviceAccount = child(k8s.core.v1.ServiceAccount, owner, "service-account", account);
  const timeout = `${input.lifecycle.awaitSeconds}s`;
  return child(k8s.apps.v1.Deployment, owner, "deployment", deploymentArgs(input), {
    dependsOn: [serviceAccount, ...before],
    customTimeouts: { create: timeout, update: timeout },
    ignoreChanges: ignoredChanges(input),
  });
}

/** No token is mounted: Triton has no business with the API server. */
export function serviceAccountArgs(site: KubernetesSite) {
  return { metadata: metadata(site), automountServiceAccountToken: false };
}

/** `replicas` is always said, or the API server's default of 1 would be what a change from 5 fixed pods to an autoscaler
 *  passes through. Beside an autoscaler it is said and ignored (`ignoredChanges`).
 *
 *  The Deployment is applied with force: after an autoscaler has gone, the field still belongs to the controller that
 *  scaled last, and a fixed number would be refused as a conflict; so would the image, after somebody's `kubectl set
 *  image`. What another stack made is safe all the same: it is refused at the ServiceAccount, without which no Deployment. */
export function deploymentArgs(input: WorkloadInput) {
  const { site, lifecycle, gpu, replicas } = input;
  return {
    metadata: metadata(site, { annotations: { "pulumi.com/patchForce": "true" } }),
    spec: {
      replicas,
      selector: { matchLabels: selectorLabels(site.names.object) },
      strategy: { type: "RollingUpdate", rollingUpdate: strategy(gpu) },
      progressDeadlineSeconds: lifecycle.progressDeadlineSeconds,
      template: podTemplate(input),
    },
  } satisfies k8s.types.input.apps.v1.Deployment;
}

/** Beside an autoscaler, a change of `spec.replicas` is ignored. The Kubernetes provider then does what server-side apply
 *  asks for: while the field is ours it goes on applying the live number (so the hand-over keeps the 5), and as soon as
 *  the autoscaler has scaled and owns it, it leaves the field out and never fights (pulumi-kubernetes, pkg/await/await.go,
 *  handleSSAIgnoreFields). */
export function ignoredChanges({ autoscaled }: Pick<WorkloadInput, "autoscaled">): string[] {
  return autoscaled ? ["spec.replicas"] : [];
}
