/** What a stack needs of its cluster besides nodes. In: the API server, asked by GETs alone, and the services. Out: lines. */
import { z } from "zod";
import { type Get, refusalText } from "../components/kubernetes/apiClient";
import { bad, type Line, ok, warn } from "./line";
import type { Patient } from "./stack";

const version = z.object({ gitVersion: z.string() });

export async function accessLines(get: Get, context: string, patients: readonly Patient[]): Promise<Line[]> {
  const of = "access";
  const asked = await get("/version");
  if (asked.status !== 200) return [bad(of, refusalText("its version", asked))];
  const { gitVersion } = version.parse(asked.body);
  const [namespace = "default"] = patients.map(({ plan }) => plan.objects.site.namespace);
  const there = await get(`/api/v1/namespaces/${namespace}`);
  if (there.status === 404)
    return [bad(of, `${context}, Kubernetes ${gitVersion}: there is no namespace ${namespace}`)];
  const may = await get(`/apis/apps/v1/namespaces/${namespace}/deployments?limit=1`);
  if (may.status !== 200) return [bad(of, `${context}: ${refusalText(`deployments of ${namespace}`, may)}`)];
  return [ok(of, `${context}, Kubernetes ${gitVersion}, namespace ${namespace}`)];
}

/** What must answer for a part of the config to work. */
const PARTS: readonly {
  readonly of: string;
  readonly path: string;
  readonly needed: (patient: Patient) => boolean;
  readonly missing: string;
}[] = [
  {
    of: "KEDA",
    path: "/apis/keda.sh/v1alpha1",
    needed: ({ spec }) => spec.autoscaling.keda !== undefined,
    missing: "its CRDs are not there",
  },
  {
    of: "KEDA metrics",
    path: "/apis/external.metrics.k8s.io/v1beta1",
    needed: ({ spec }) => spec.autoscaling.keda !== undefined,
    missing: "its metrics adapter does not answer",
  },
  {
    of: "metrics-server",
    path: "/apis/metrics.k8s.io/v1beta1",
    needed: ({ spec }) => spec.autoscaling.cpu !== undefined,
    missing: "it does not answer, and autoscaling.cpu steers by it",
  },
  {
    of: "Pods metrics",
    path: "/apis/custom.metrics.k8s.io",
    needed: ({ spec }) => spec.autoscaling.podsMetric !== undefined,
    missing: "no metrics adapter answers, and autoscaling.podsMetric steers by it",
  },
  {
    of: "operator",
    path: "/apis/monitoring.coreos.com/v1",
    needed: ({ spec: { monitoring } }) =>
      monitoring.alerts !== undefined ||
      monitoring.scrape.podMonitor !== undefined ||
      monitoring.scrape.serviceMonitor !== undefined,
    missing: "the Prometheus operator's CRDs are not there",
  },
  {
    of: "Gateway API",
    path: "/apis/gateway.networking.k8s.io/v1",
    needed: ({ spec }) => spec.service.route !== undefined,
    missing: "its CRDs are not there",
  },
];

export async function partLines(get: Get, patients: readonly Patient[]): Promise<Line[]> {
  const needed = PARTS.filter((part) => patients.some(part.needed));
  return Promise.all(
    needed.map(async ({ of, path, missing }) => {
      const { status } = await get(path);
      if (status === 200) return ok(of, "answers");
      return status === 403 ? warn(of, "can't be told: HTTP 403") : bad(of, `${missing} (HTTP ${status})`);
    }),
  );
}

const answer = z.object({
  status: z.literal("success"),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** Whether Prometheus answers: one inside the cluster by way of the API server, which needs the right to `services/proxy`. */
export async function prometheusLines(get: Get, patients: readonly Patient[]): Promise<Line[]> {
  const of = "Prometheus";
  const asked = patients.flatMap(({ spec: { autoscaling } }) => autoscaling.keda ?? []);
  const urls = new Map(asked.map((keda) => [keda.prometheus, keda]));
  return Promise.all(
    [...urls].map(async ([url, { awsRegion, authenticationRef }]) => {
      if (awsRegion !== undefined || authenticationRef !== undefined)
        return warn(of, `${url} asks for a login, which KEDA has and this command has not`);
      const query = "/api/v1/query?query=count(up)";
      const inside = serviceOf(url);
      const { status, body } = inside ? await get(`${inside}${query}`) : await ask(`${url}${query}`);
      if (status === 403) return warn(of, `${url} can't be asked: no right to services/proxy`);
      const said = answer.safeParse(body);
      if (status !== 200 || !said.success) return bad(of, `${url} answers HTTP ${status}`);
      return ok(of, `${url} answers; ${said.data.data.result[0]?.value[1] ?? "no"} targets are up or down`);
    }),
  );
}

/** http://name.namespace[.svc…][:port][/path] → the API server's way to it; undefined for a host elsewhere. */
export function serviceOf(url: string): string | undefined {
  const { protocol, hostname, port, pathname } = new URL(url);
  const [, name, namespace] = /^([-a-z0-9]+)\.([-a-z0-9]+)(\.svc(\..+)?)?$/.exec(hostname) ?? [];
  if (name === undefined || namespace === undefined || /^[\d.]+$/.test(hostname)) return undefined;
  const scheme = protocol === "https:" ? "https:" : "";
  const at = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return `/api/v1/namespaces/${namespace}/services/${scheme}${name}:${at}/proxy${pathname.replace(/\/$/, "")}`;
}

async function ask(url: string) {
  const response = await fetch(url);
  return { status: response.status, body: await response.json().catch(() => undefined) };
}
