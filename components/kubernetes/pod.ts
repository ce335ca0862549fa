/** The pod that runs Triton, for the Pod Security profile "restricted". In: what the server's folder planned, the
 *  image, and the options that end here. Out: the pod template, as plain data, `podOverrides` merged in. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ServerProcess } from "../server/process";
import { CPU_LIMIT, LOG_SLOWER_THAN_MS, POD_UID } from "../server/tritonFlags";
import { CONTAINER, HEALTH, PORTS, selectorLabels } from "../shared/names";
import { disruptionAnnotations } from "./disruption";
import { type GatewayInput, gateway, gatewayVolume } from "./gateway/container";
import type { GatewayParts } from "./gateway/plan";
import type { KubernetesSite } from "./metadata";
import { milliseconds } from "./monitoring/options";
import { scrapeAnnotations } from "./monitoring/scrape";
import { devices, placed } from "./placement";
import { strategicMerge } from "./podOverrides";
import { RESTRICTED } from "./restricted";
import { type Review, reviewAnnotations } from "./review";
import type { ObjectsSpec } from "./spec";

/** The user that the server images are made for; they run as any other, but not as root. */
const USER = 1000;

/** Options of the user that end in the pod come as they are, so that a new one is read where it is used. */
export interface PodInput
  extends ServerProcess,
    Pick<ObjectsSpec, "resources" | "gpu" | "placement" | "disruption" | "service" | "monitoring" | "podOverrides"> {
  readonly site: KubernetesSite;
  readonly image: pulumi.Input<string>;
  /** What stands before Triton's ports; its image, where that is not this pod's own. */
  readonly gateway?: GatewayParts | undefined;
  readonly review: Review;
  /** Name of the Secret that its images are pulled with. */
  readonly pullSecret?: string | undefined;
}

/** The pod template with the user's overrides. */
export function podTemplate(input: PodInput): ReturnType<typeof plainPodTemplate> {
  // The one place where data of unknown shape becomes a template: the API server's own validation judges the overrides.
  return strategicMerge(plainPodTemplate(input), input.podOverrides ?? {}) as ReturnType<typeof plainPodTemplate>;
}

/** The pod template before overrides. */
export function plainPodTemplate(input: PodInput) {
  const { site, lifecycle, memory, pullSecret } = input;
  const before = gatewayInput(input);
  const containers: [ReturnType<typeof container>, ...ReturnType<typeof gateway>[]] = [
    container(input),
    ...(before === undefined ? [] : [gateway(before)]),
  ];
  return {
    metadata: {
      labels: selectorLabels(site.names.object),
      annotations: {
        ...reviewAnnotations(input.review),
        ...scrapeAnnotations(input.monitoring.scrape),
        ...disruptionAnnotations(input.disruption),
      },
    },
    spec: {
      serviceAccountName: site.names.object,
      automountServiceAccountToken: false,
      // Not on the account, whose list OpenShift's controllers write too: one owner has all of it (openshift-controller-manager#306).
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      // Environment variables of every Service in the namespace are of no use, and slow down processes where there are many.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: lifecycle.terminationGracePeriodSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...placed(input),
      containers,
      volumes: [
        // Memory, and counted against the container's limit; sized, or it could take half of the node's.
        { name: "shm", emptyDir: { medium: "Memory", sizeLimit: `${memory.shmMiB}Mi` } },
        // The root is read-only; python and tritonserver want a place for temporary files.
        { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
        ...(before === undefined ? [] : [gatewayVolume()]),
      ],
    },
  } satisfies types.input.core.v1.PodTemplateSpec;
}

function gatewayInput({ gateway: parts, image, lifecycle, service }: PodInput): GatewayInput | undefined {
  return parts && { ...parts, image: parts.image ?? image, lifecycle, grpc: service.grpc };
}

function container(input: PodInput) {
  const { lifecycle } = input;
  // Behind a gateway Triton's own ports can't be reached from outside of the pod.
  const own = { http: PORTS.http, ...(input.service.grpc ? { grpc: PORTS.grpc } : {}) };
  const ports = { ...(input.gateway === undefined ? own : {}), metrics: PORTS.metrics, [HEALTH.name]: HEALTH.port };
  return {
    name: CONTAINER,
    image: input.image,
    command: [...input.command],
    args: [...input.args],
    env: [
      { name: POD_UID, valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } },
      // Rounded up to whole cores.
      {
        name: CPU_LIMIT,
        valueFrom: { resourceFieldRef: { containerName: CONTAINER, resource: "limits.cpu", divisor: "1" } },
      },
      { name: LOG_SLOWER_THAN_MS, value: String(milliseconds(input.monitoring.logSlowerThan)) },
      ...input.env,
    ],
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    // Request = limit: the pod's memory is not up for overcommitment, and its threads fit its quota.
    resources: devices(amounts(input), input.gpu),
    // Nothing is ready until it has answered: readiness and liveness begin only after the golden examples passed.
    startupProbe: { exec: { command: ["python3", "/opt/triton-bert/golden_probe.py"] }, ...lifecycle.startup },
    // Of the watch, which knows what the model answers: Triton's own stay 200 when a model's process is dead.
    readinessProbe: { httpGet: { path: "/ready", port: HEALTH.name }, ...lifecycle.readiness },
    livenessProbe: { httpGet: { path: "/live", port: HEALTH.name }, ...lifecycle.liveness },
    // The kubelet's own sleep: no process in the container, on by default since Kubernetes 1.30.
    ...(lifecycle.preStopSleepSeconds > 0
      ? { lifecycle: { preStop: { sleep: { seconds: lifecycle.preStopSleepSeconds } } } }
      : {}),
    // Startup probe and watch write their reason to /dev/termination-log; a server that ends by itself leaves its last lines.
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: RESTRICTED,
    volumeMounts: [
      { name: "shm", mountPath: "/dev/shm" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  } satisfies types.input.core.v1.Container;
}

function amounts({ resources: { cpu }, memory }: PodInput): Record<string, string> {
  return {
    cpu: Number.isInteger(cpu) ? String(cpu) : `${Math.round(cpu * 1000)}m`,
    memory: `${memory.limitMiB}Mi`,
  };
}
