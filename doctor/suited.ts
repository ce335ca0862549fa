/** Which nodes can take a pod now. In: nodes and pods as the API server has them, and a pod's template. Out: how many, and what the
 *  others lack. It judges as the scheduler's filters do for what our templates say: node selector, required node affinity, taints,
 *  resources. Sources: Kubernetes, "Assigning Pods to Nodes", "Taints and Tolerations", "Resource Management for Pods and Containers". */
import { z } from "zod";
import { quantity } from "../components/shared/quantity";

const amounts = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({});
const expression = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) });
const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().default("Equal"),
  value: z.string().default(""),
  effect: z.string().optional(),
});
const containers = z
  .array(z.object({ resources: z.object({ requests: amounts }).default({ requests: {} }) }))
  .default([]);

export const podSpec = z.object({
  nodeSelector: z.record(z.string(), z.string()).default({}),
  affinity: z
    .object({
      nodeAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .object({
              nodeSelectorTerms: z.array(z.object({ matchExpressions: z.array(expression).default([]) })),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  tolerations: z.array(toleration).default([]),
  containers,
});

export const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z
        .object({
          unschedulable: z.boolean().default(false),
          taints: z.array(z.object({ key: z.string(), value: z.string().default(""), effect: z.string() })).default([]),
        })
        .default({ unschedulable: false, taints: [] }),
      status: z.object({
        allocatable: amounts,
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});

export const podList = z.object({
  items: z.array(z.object({ spec: z.object({ nodeName: z.string().optional(), containers }) })),
});

export type Node = z.output<typeof nodeList>["items"][number];
export type Pods = z.output<typeof podList>["items"];
type PodSpec = z.output<typeof podSpec>;

export interface Suited {
  readonly fitting: readonly string[];
  /** What the others lack → how many of them. */
  readonly lacking: ReadonlyMap<string, number>;
}

export function suited(pod: PodSpec, nodes: readonly Node[], pods: Pods): Suited {
  const fitting: string[] = [];
  const lacking = new Map<string, number>();
  for (const node of nodes) {
    const lack = obstacle(pod, node, pods);
    if (lack === undefined) fitting.push(node.metadata.name);
    else lacking.set(lack, (lacking.get(lack) ?? 0) + 1);
  }
  return { fitting, lacking };
}

/** What is left of a resource on a node. */
export function free({ metadata, status }: Node, resource: string, pods: Pods): number {
  const here = pods.filter(({ spec }) => spec.nodeName === metadata.name);
  return quantity(status.allocatable[resource] ?? "0") - here.reduce((sum, { spec }) => sum + asked(spec, resource), 0);
}

function obstacle(pod: PodSpec, node: Node, pods: Pods): string | undefined {
  const { labels } = node.metadata;
  if (node.spec.unschedulable) return "cordoned";
  if (node.status.conditions.some(({ type, status }) => type === "Ready" && status !== "True")) return "not ready";
  const label = Object.entries(pod.nodeSelector).find(([key, value]) => labels[key] !== value);
  if (label !== undefined) return `without the label ${label.join("=")}`;
  const terms = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms && !terms.some(({ matchExpressions }) => matchExpressions.every((one) => holds(one, labels))))
    return `with another ${terms[0]?.matchExpressions[0]?.key ?? "affinity"}`;
  const taint = node.spec.taints.find(
    (one) => one.effect !== "PreferNoSchedule" && !pod.tolerations.some((two) => tolerates(two, one)),
  );
  if (taint !== undefined) return `with the taint ${taint.key}`;
  const resources = new Set(pod.containers.flatMap(({ resources: { requests } }) => Object.keys(requests)));
  const scarce = [...resources].find((resource) => free(node, resource, pods) < asked(pod, resource));
  if (scarce === undefined) return undefined;
  return node.status.allocatable[scarce] === undefined ? `without ${scarce}` : `with too little ${scarce} left`;
}

const asked = (spec: Pick<PodSpec, "containers">, resource: string): number =>
  spec.containers.reduce((sum, { resources }) => sum + quantity(resources.requests[resource] ?? "0"), 0);

function holds(
  { key, operator, values }: z.output<typeof expression>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  if (operator === "In") return value !== undefined && values.includes(value);
  if (operator === "NotIn") return value === undefined || !values.includes(value);
  if (operator === "Exists") return value !== undefined;
  if (operator === "DoesNotExist") return value === undefined;
  const [than = Number.NaN] = values.map(Number);
  return operator === "Gt" ? Number(value) > than : Number(value) < than;
}

function tolerates(
  { key, operator, value, effect }: z.output<typeof toleration>,
  taint: { key: string; value: string; effect: string },
): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== undefined && key !== taint.key) return false;
  return operator === "Exists" || value === taint.value;
}
