/** How the API server reaches the metrics APIs, which here run beside it on loopback: each has a Service of type
 *  ExternalName, so that no pod and no endpoint is needed. Out: the objects of an aggregated API. */
import { PORTS } from "../layout";

interface AggregatedApi {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly group: string;
  readonly versions: readonly string[];
}

/** Names of namespaces and Services as the official manifests have them. */
const AGGREGATED: readonly AggregatedApi[] = [
  {
    namespace: "keda",
    service: "keda-metrics-apiserver",
    port: PORTS.kedaAdapter,
    group: "external.metrics.k8s.io",
    versions: ["v1beta1"],
  },
  {
    namespace: "kube-system",
    service: "metrics-server",
    port: PORTS.metricsServer,
    group: "metrics.k8s.io",
    versions: ["v1beta1"],
  },
  {
    namespace: "monitoring",
    service: "custom-metrics",
    port: PORTS.customMetrics,
    group: "custom.metrics.k8s.io",
    versions: ["v1beta1", "v1beta2"],
  },
];

/** What the API server expects in their certificates. */
export const serviceNames = AGGREGATED.map(({ namespace, service }) => `${service}.${namespace}.svc`);

/** Names of the APIServices. */
export const apiNames = AGGREGATED.flatMap(({ group, versions }) => versions.map((version) => `${version}.${group}`));

export function apiObjects(caBundle: string): object[] {
  return AGGREGATED.flatMap((api) => [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: api.namespace } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: api.service, namespace: api.namespace },
      spec: { type: "ExternalName", externalName: "localhost" },
    },
    ...api.versions.map((version) => apiService(api, version, caBundle)),
  ]);
}

function apiService({ namespace, service, port, group, versions }: AggregatedApi, version: string, caBundle: string) {
  return {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      service: { namespace, name: service, port },
      caBundle,
      groupPriorityMinimum: 100,
      versionPriority: 100 * (versions.indexOf(version) + 1),
    },
  };
}
