/** Whether an autoscaler can see what it steers at. In: the cluster, asked by GETs alone. Out: what is wrong at this moment.
 *
 *  The metrics API is asked itself, not only the HorizontalPodAutoscaler about it: while a change of kinds goes on, two of
 *  them name the same pods and the controller lets neither of them ask (reason AmbiguousSelector), and Pulumi deletes the
 *  old one only after the program that waits here has ended. */
import { z } from "zod";
import { selectorLabels } from "../../shared/names";
import { type Answer, condition, type Get, labelQuery, statusMessage } from "../apiClient";
import type { KubernetesSite } from "../metadata";
import type { Scaled } from "./scaled";
import { kedaAutoscalerName } from "./scaledObject";

const named = z.object({ name: z.string() });
const autoscaler = z.object({
  metadata: z.object({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
  }),
  spec: z.object({
    scaleTargetRef: named,
    metrics: z
      .array(
        z.object({
          containerResource: z.object({ container: z.string() }).optional(),
          pods: z.object({ metric: named }).optional(),
          external: z
            .object({ metric: named.extend({ selector: z.object({ matchLabels: z.record(z.string(), z.string()) }) }) })
            .optional(),
        }),
      )
      .default([]),
  }),
  status: z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
});
const autoscalers = z.object({ items: z.array(autoscaler) });
const scaledObject = z.object({
  status: z
    .object({
      conditions: z.array(condition).default([]),
      health: z.record(z.string(), z.object({ status: z.string() })).default({}),
    })
    .default({ conditions: [], health: {} }),
});
const items = z.object({ items: z.array(z.object({ containers: z.array(named).default([]) })) });

type Autoscaler = z.output<typeof autoscaler>;

/** Why the autoscaler is blind at this moment; nothing where it sees. `final`: waiting will not help. */
export interface Finding {
  readonly reason: string;
  readonly final?: boolean;
}

export async function finding(get: Get, { site, options }: Scaled): Promise<Finding | undefined> {
  const keda = options.keda === undefined ? undefined : await kedaFinding(get, site);
  if (keda !== undefined) return keda;
  const answer = await get(`/apis/autoscaling/v2/namespaces/${site.namespace}/horizontalpodautoscalers`);
  if (answer.status !== 200) return readRefusal("the HorizontalPodAutoscalers", answer);
  const onPods = autoscalers
    .parse(answer.body)
    .items.filter(({ spec }) => spec.scaleTargetRef.name === site.names.object);
  const name = options.keda === undefined ? site.names.object : kedaAutoscalerName(site);
  const own = onPods.find(({ metadata }) => metadata.name === name);
  if (own === undefined) return { reason: `there is no HorizontalPodAutoscaler ${name} yet` };
  const stranger = onPods.find((other) => other !== own && !isOurs(other, site));
  if (stranger !== undefined)
    return {
      reason: `the HorizontalPodAutoscaler ${stranger.metadata.name}, not made by this stack, scales the same pods, so that neither does; delete it`,
      final: true,
    };
  return (await valueFinding(get, own, site)) ?? conditionFinding(own, onPods.length > 1);
}

async function kedaFinding(get: Get, { namespace, names }: KubernetesSite): Promise<Finding | undefined> {
  const answer = await get(`/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects/${names.object}`);
  if (answer.status !== 200) return readRefusal(`the ScaledObject ${names.object}`, answer);
  const { conditions, health } = scaledObject.parse(answer.body).status;
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || ready.status === "Unknown")
    return { reason: "KEDA has not taken up the ScaledObject; is its operator running?" };
  if (ready.status !== "True") return { reason: `KEDA says of the ScaledObject: ${ready.message}` };
  // While it falls back, KEDA answers the autoscaler with a number of its own.
  const [lost] = Object.entries(health).find(([, { status }]) => status !== "Happy") ?? [];
  return lost === undefined
    ? undefined
    : { reason: `KEDA gets no value from Prometheus (its metric ${lost} is failing)` };
}

/** Asks for the metric as the autoscaler's controller does. */
async function valueFinding(get: Get, { spec }: Autoscaler, site: KubernetesSite): Promise<Finding | undefined> {
  const ofService = labelQuery(selectorLabels(site.names.object));
  const inNamespace = `namespaces/${site.namespace}`;
  for (const { containerResource, pods, external } of spec.metrics) {
    if (containerResource !== undefined) {
      const answer = await get(`/apis/metrics.k8s.io/v1beta1/${inNamespace}/pods?${ofService}`);
      const found = noItems("metrics.k8s.io", answer);
      if (found !== undefined) return found;
      const { container } = containerResource;
      const measured = items.parse(answer.body).items;
      if (!measured.some(({ containers }) => containers.some(({ name }) => name === container)))
        return { reason: `metrics.k8s.io measures no container ${container} in the service's pods` };
    }
    if (pods !== undefined) {
      const group = "custom.metrics.k8s.io";
      const version = await preferredVersion(get, group);
      const path = `/apis/${group}/${version}/${inNamespace}/pods/*/${pods.metric.name}`;
      const found = noItems(`${group} for ${pods.metric.name}`, await get(`${path}?${ofService}`));
      if (found !== undefined) return found;
    }
    if (external !== undefined) {
      const { name, selector } = external.metric;
      const path = `/apis/external.metrics.k8s.io/v1beta1/${inNamespace}/${name}?${labelQuery(selector.matchLabels)}`;
      const found = noItems(`external.metrics.k8s.io for ${name}`, await get(path));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function noItems(what: string, answer: Answer): Finding | undefined {
  if (answer.status !== 200) return readRefusal(what, answer);
  return items.parse(answer.body).items.length > 0
    ? undefined
    : { reason: `${what} has no value for the service's pods` };
}

/** The controller's own word: it also minds what the metrics API cannot know, such as a container without a CPU request. */
function conditionFinding({ status }: Autoscaler, changing: boolean): Finding | undefined {
  const active = status.conditions.find(({ type }) => type === "ScalingActive");
  if (active?.status === "True") return undefined;
  if (changing && active?.reason === "AmbiguousSelector") return undefined;
  if (active === undefined) return changing ? undefined : { reason: "the controller has not looked at it yet" };
  return { reason: `${active.reason}: ${active.message}` };
}

/** Made by this stack, or by KEDA for it: what a change of kinds leaves behind until `up` ends. */
function isOurs({ metadata }: Autoscaler, site: KubernetesSite): boolean {
  const byKeda = metadata.ownerReferences.some(
    ({ kind, name }) => kind === "ScaledObject" && name === site.names.object,
  );
  return byKeda || metadata.annotations["triton-bert/stack"] === site.stack;
}

function readRefusal(what: string, { status, body }: Answer): Finding {
  const message = statusMessage(body);
  return { reason: `${what}: HTTP ${status}${message && `: ${message}`}`, final: status === 401 || status === 403 };
}

async function preferredVersion(get: Get, group: string): Promise<string> {
  const answer = await get(`/apis/${group}`);
  const preferred = z.object({ preferredVersion: z.object({ version: z.string() }) }).safeParse(answer.body);
  return preferred.success ? preferred.data.preferredVersion.version : "v1beta1";
}
