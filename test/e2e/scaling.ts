/** What the scaling tests share: the metrics pipeline, load on a service, and what is seen while it scales. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { cacheFolder } from "../../sandbox/cache";
import { untilItAccepts } from "../../sandbox/health";
import { type MetricsPipeline, metricsUp } from "../../sandbox/metrics/pipeline";
import { Progress } from "../../sandbox/progress";
import { sleep } from "../../sandbox/shell";
import { servingVenv } from "../pythonVenvs";
import { apiGet } from "./api";
import { Load, type LoadOptions } from "./load/load";
import { environment, NAMESPACE, object } from "./support";

let started: Promise<MetricsPipeline> | undefined;

interface AdapterRule {
  readonly name: { readonly as: string };
}

/** The metrics pipeline, brought up if it is not. */
export function metrics(): Promise<MetricsPipeline> {
  started ??= environment().then(({ kubectl }) =>
    metricsUp({ cache: cacheFolder(), kubectl, log: new Progress(process.stderr) }),
  );
  return started;
}

/** Gives the metrics adapter a rule, as YAML of a list of one, in place of the one of the same metric. */
export async function addAdapterRule(rule: string): Promise<void> {
  const { rulesFile } = await metrics();
  const { rules } = parse(readFileSync(rulesFile, "utf8")) as { rules: AdapterRule[] };
  const [added] = parse(rule) as AdapterRule[];
  writeFileSync(rulesFile, stringify({ rules: [...rules.filter(({ name }) => name.as !== added?.name.as), added] }));
}

/** Some thirty tokens each: what a core answers of them in a second, one cheap process can ask. */
export const TEXTS = [
  [
    "I love it, it is the best present that I have been given in years, and everybody who has seen it wants one.",
    "positive",
  ],
  [
    "I hate it, it is the worst thing that I have ever bought, and I shall never again order from this company.",
    "negative",
  ],
  [
    "What a lovely little machine, it just works, it is quiet, it is quick, and it looks wonderful on my desk!",
    "positive",
  ],
  [
    "It was broken when it came, nobody answered my letters, and I am still waiting for my money: terrible.",
    "negative",
  ],
] as const;

export interface Scaled {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number; readonly replicas?: number };
}

export function deployment(name: string, namespace = NAMESPACE): Promise<Scaled> {
  return apiGet(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
}

/** Clients of a service of type NodePort, when the node lets them in; none sends before it is told to. */
export async function loadOn(service: string, options: Partial<LoadOptions> = {}): Promise<Load> {
  const protocol = options.protocol ?? "http";
  const { spec } = await object<{ spec: { ports: { name: string; nodePort: number }[] } }>("service", service);
  const port = spec.ports.find(({ name }) => name === (protocol === "grpc" ? "grpc" : "http"))?.nodePort;
  if (port === undefined) throw new Error(`${service} has no node port for ${protocol}`);
  const python = await servingVenv(new Progress(process.stderr));
  // kube-proxy gathers changes for a second: seen, in each of six runs, up to 0.8 s after `up` had found the pods ready.
  await untilItAccepts(port);
  const address = `127.0.0.1:${port}`;
  return new Load(python, { protocol, address, model: service, texts: TEXTS, connectionSeconds: 3, ...options });
}

/** Throws, with what it saw last, unless `seen` gets right in time. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T>,
  isRight: (seen: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look().catch((problem: Error) => problem);
    if (!(seen instanceof Error) && isRight(seen)) return seen;
    if (Date.now() > deadline) {
      const last = seen instanceof Error ? seen.message : JSON.stringify(seen);
      throw new Error(`${what}: not within ${seconds} s; seen last: ${last}`);
    }
    await sleep(500);
  }
}

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
}

/** The alerts of a service, as the API server has them. */
export async function alertRules(service: string): Promise<AlertRule[]> {
  const path = `/apis/monitoring.coreos.com/v1/namespaces/${NAMESPACE}/prometheusrules/${service}`;
  const { spec } = await apiGet<{ spec: { groups: { rules: AlertRule[] }[] } }>(path);
  return spec.groups.flatMap((group) => group.rules);
}

/** The PromQL of one of them. */
export async function alertExpression(service: string, name: string): Promise<string> {
  const found = (await alertRules(service)).find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`${service} has no alert ${name}`);
  return found.expr;
}

/** An instant query; its first value, undefined when there is none. */
export async function promQuery(query: string): Promise<number | undefined> {
  const { prometheus } = await metrics();
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  const value = data.result[0]?.value[1];
  return value === undefined ? undefined : Number(value);
}
