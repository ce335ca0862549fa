/** The pods of a model, before or after. In: the inputs of its Deployment and of its autoscaler. Out: how many, what they ask for, how
 *  they are replaced, what they say of themselves. */
import { z } from "zod";
import { quantity } from "../components/shared/quantity";
import { childOf, type Model, type Side } from "./models";

export interface Pods {
  /** Without an autoscaler both are the same. */
  readonly least: number;
  readonly most: number;
  /** Of one pod: cores. */
  readonly cpu: number;
  /** Of one pod: bytes. */
  readonly memory: number;
  /** Of one pod, by the name of the resource or of the claim's template. */
  readonly gpus: Readonly<Record<string, number>>;
  /** Pods that a rollout may take away before new ones are ready. */
  readonly missing: number;
  /** What a reviewer shall know (components/kubernetes/review.ts). */
  readonly annotations: Readonly<Record<string, string>>;
  /** A change of it replaces the pods. */
  readonly template: unknown;
}

const amounts = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));
const share = z.union([z.number(), z.string()]);
const template = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
  spec: z.object({
    containers: z.array(z.object({ resources: z.object({ requests: amounts.default({}) }).prefault({}) })),
    resourceClaims: z.array(z.object({ resourceClaimTemplateName: z.string().optional() })).default([]),
  }),
});
const deployment = z.object({
  spec: z.object({
    replicas: z.int().default(1),
    strategy: z
      .object({
        type: z.string().default("RollingUpdate"),
        rollingUpdate: z.object({ maxUnavailable: share.default("25%") }).prefault({}),
      })
      .prefault({}),
    template: z.unknown(),
  }),
});
const bounds = z.object({
  spec: z.union([
    z.object({ minReplicas: z.int().default(1), maxReplicas: z.int() }),
    z
      .object({ minReplicaCount: z.int().default(0), maxReplicaCount: z.int().default(100) })
      .transform(({ minReplicaCount, maxReplicaCount }) => ({
        minReplicas: minReplicaCount,
        maxReplicas: maxReplicaCount,
      })),
  ]),
});

/** Of one container's requests, what is no GPU. */
const ORDINARY = /^(cpu|memory|ephemeral-storage|hugepages-.*)$/;

/** Undefined: there are none, or nothing that can be read. */
export function podsOf(model: Model, side: Side): Pods | undefined {
  const read = deployment.safeParse(childOf(model, "deployment")?.[side]);
  if (!read.success) return undefined;
  const { replicas, strategy, template: raw } = read.data.spec;
  const pod = template.safeParse(raw);
  if (!pod.success) return undefined;
  const { metadata, spec } = pod.data;
  const requests = spec.containers.map(({ resources }) => resources.requests);
  const { least, most } = scaled(model, side) ?? { least: replicas, most: replicas };
  return {
    least,
    most,
    cpu: sum(requests, "cpu"),
    memory: sum(requests, "memory"),
    gpus: gpus(requests, spec.resourceClaims),
    missing: strategy.type === "Recreate" ? least : count(strategy.rollingUpdate.maxUnavailable, least),
    annotations: metadata.annotations,
    template: raw,
  };
}

function scaled(model: Model, side: Side): { least: number; most: number } | undefined {
  for (const role of ["autoscaler", "scaled-object"]) {
    const read = bounds.safeParse(childOf(model, role)?.[side]);
    if (read.success) return { least: read.data.spec.minReplicas, most: read.data.spec.maxReplicas };
  }
  return undefined;
}

function gpus(
  requests: readonly Readonly<Record<string, string>>[],
  claims: readonly { resourceClaimTemplateName?: string | undefined }[],
): Record<string, number> {
  const names = new Set(requests.flatMap(Object.keys).filter((name) => !ORDINARY.test(name)));
  const devices = [...names].map((name): [string, number] => [name, sum(requests, name)]);
  const claimed = claims.map((claim): [string, number] => [
    `claim of ${claim.resourceClaimTemplateName ?? "its own"}`,
    1,
  ]);
  return Object.fromEntries([...devices, ...claimed].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const sum = (requests: readonly Readonly<Record<string, string>>[], name: string): number =>
  requests.reduce((total, one) => total + quantity(one[name] ?? "0"), 0);

/** Kubernetes rounds a share of unavailable pods down. */
function count(share: number | string, pods: number): number {
  if (typeof share === "number") return share;
  return share.endsWith("%") ? Math.floor((Number.parseFloat(share) / 100) * pods) : Number(share);
}
