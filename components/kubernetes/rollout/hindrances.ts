/** What keeps the pods of a service from being made, placed or started. In: the Deployment and its pods, as the API server has them.
 *  Out: for each such fact the cluster's own words, and what to do. What is normal for a while (an image that is being pulled, a
 *  model that loads) is none. Sources: Kubernetes, "Deployments", section "Failed Deployment"; "Pod Lifecycle"; "Images". */
import { z } from "zod";
import { PLATFORM } from "../../image/site";
import { selectorLabels } from "../../shared/names";
import { condition, type Get, labelQuery } from "../apiClient";
import type { KubernetesSite } from "../metadata";
import { unmade } from "./events";
import { type Hindrance, read } from "./hindrance";

const conditions = z.array(condition).default([]);
const ended = z.object({ reason: z.string().default(""), message: z.string().default(""), exitCode: z.number() });
const container = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional(),
      terminated: ended.optional(),
    })
    .default({}),
  lastState: z.object({ terminated: ended.optional() }).default({}),
});
const deployment = z.object({ status: z.object({ conditions }).default({ conditions: [] }) });
const pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z
        .object({ conditions, containerStatuses: z.array(container).default([]) })
        .default({ conditions: [], containerStatuses: [] }),
    }),
  ),
});

const MOST_CHARACTERS = 400;

type Container = z.output<typeof container>;

/** @throws Unreadable where the cluster does not let us see them; another Error where it does not answer */
export async function hindrances(get: Get, { namespace, names }: KubernetesSite): Promise<Hindrance[]> {
  const one = await get(`/apis/apps/v1/namespaces/${namespace}/deployments/${names.object}`);
  // A first `up` has yet to make it.
  if (one.status === 404) return [];
  const all = await get(`/api/v1/namespaces/${namespace}/pods?${labelQuery(selectorLabels(names.object))}`);
  const refused = deployment
    .parse(read("deployments", one))
    .status.conditions.filter(({ type, status }) => type === "ReplicaFailure" && status === "True");
  const unready = pods
    .parse(read("pods", all))
    .items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const creating = unready.filter(({ status }) => status.containerStatuses.some(isBeingMade));
  const fromEvents = await Promise.all(creating.map(({ metadata }) => unmade(get, namespace, metadata.name)));
  return [
    ...refused.map(({ message }) => uncreated(message)),
    ...fromEvents.flat(),
    ...unready.flatMap(({ metadata, status }) => [
      ...status.conditions.flatMap((found) => unplaced(metadata.name, found)),
      ...status.containerStatuses.flatMap((found) => unstarted(metadata.name, found)),
    ]),
  ];
}

/** It has a node, and no more is said of it: why, only events tell. */
const isBeingMade = ({ state }: Container): boolean =>
  ["ContainerCreating", "PodInitializing"].includes(state.waiting?.reason ?? "");

function uncreated(message: string): Hindrance {
  // Each try has another name for the pod, and says so.
  const said = message.replace(/^pods "[^"]*" is forbidden: /, "");
  return { key: said, said: `no pod may be created: ${said}`, remedy: found(UNCREATED, said) };
}

function unplaced(pod: string, { type, status, reason, message }: z.output<typeof condition>): Hindrance[] {
  if (type !== "PodScheduled" || status !== "False" || reason !== "Unschedulable") return [];
  return [
    { key: `${pod} unschedulable`, said: `pod ${pod} has no node: ${message}`, remedy: found(UNPLACED, message) },
  ];
}

function unstarted(pod: string, { name, ready, state, lastState }: Container): Hindrance[] {
  if (ready) return [];
  const where = `pod ${pod}, container ${name}`;
  const last = state.terminated ?? lastState.terminated;
  const waiting = state.waiting?.reason ?? "";
  if (last?.reason === "OOMKilled")
    return [{ key: `${where} OOMKilled`, said: `${where}: OOMKilled`, remedy: "say more under resources.memory" }];
  if (last !== undefined) return [{ key: `${where} ended`, said: `${where}: ${lastWords(last)}`, remedy: "" }];
  const remedy = WAITING[waiting];
  if (remedy === undefined) return [];
  return [{ key: `${where} ${remedy}`, said: `${where}: ${waiting}: ${state.waiting?.message ?? ""}`, remedy }];
}

function lastWords({ exitCode, message }: z.output<typeof ended>): string {
  // The end of a log may be many lines, of which the last say most.
  const words = message.replace(/\s+/g, " ").trim().slice(-MOST_CHARACTERS);
  return `it ended with exit code ${exitCode}${words && `: ${words}`}`;
}

type Remedies = readonly (readonly [RegExp, string])[];

const ROOM = "and a rollout needs room for pods beside those that serve";

const UNCREATED: Remedies = [
  [/must specify/, "say it for that container in podOverrides, or give the namespace a LimitRange with defaults"],
  [/exceeded quota/, `say less under resources, or raise the namespace's ResourceQuota, ${ROOM}`],
  [/violates PodSecurity/, "take out of podOverrides or transforms what the namespace's Pod Security level forbids"],
  [
    /(maximum|minimum) .* per (Container|Pod)|limit to request ratio/,
    "keep resources within the namespace's LimitRange",
  ],
  [/admission webhook/, "what the webhook refuses can be changed by podOverrides, or by who runs it"],
];

const UNPLACED: Remedies = [
  [/persistentvolumeclaim/i, "a PersistentVolumeClaim that podOverrides mount must be in the namespace, and bound"],
  [
    /Insufficient [\w.-]+\/[\w.-]+/,
    `add nodes with free GPUs; gpu.count says how many a pod takes, gpu.spare how many a rollout may take on top`,
  ],
  [/Insufficient (cpu|memory)/, `say less under resources, or add nodes, ${ROOM}`],
  [/untolerated taint/, "tolerate it: placement.tolerations"],
  [
    /node affinity|node selector/,
    `no node has the labels of placement.nodeSelector and gpu.products, or none is ${PLATFORM}, for which images are built`,
  ],
  [/topology spread/, "placement.spread waits for more places, or set its whenUnsatisfiable to ScheduleAnyway"],
  [
    /resource ?claim/i,
    "gpu.claimTemplate must name a ResourceClaimTemplate of the namespace, for devices that are free",
  ],
];

const pulled =
  "the nodes must reach the registry, trust its certificate, and be let in: by registry.generic.pullSecret, or by a login of their own (docs/registries.md)";

/** By what a container waits for. */
const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: pulled,
  ImagePullBackOff: pulled,
  InvalidImageName: "registry, or an image in podOverrides, is no name of an image",
  ErrImageNeverPull: "an imagePullPolicy in podOverrides forbids the pull",
  CreateContainerConfigError: "what podOverrides name must be there: a Secret or ConfigMap, and the key in it",
  CreateContainerError: "see what podOverrides changed in the container",
  RunContainerError: "see what podOverrides changed in the container",
};

const found = (remedies: Remedies, said: string): string => remedies.find(([words]) => words.test(said))?.[1] ?? "";
