/** How a model is reached, and by whom. In: names, and the option `service`. Out: the public Service, the headless Service
 *  for metrics, the NetworkPolicy, and the addresses inside the cluster. */
import * as k8s from "@pulumi/kubernetes";
import { child, type Owner } from "../shared/child";
import { PORTS, selectorLabels } from "../shared/names";
import type { ServiceEndpoints } from "../shared/outputs";
import { type KubernetesSite, metadata } from "./metadata";
import type { ServiceOptions } from "./options";

/** Makes the children. */
export function networking(owner: Owner, site: KubernetesSite, options: ServiceOptions): void {
  child(k8s.core.v1.Service, owner, "service", serviceArgs(site, options));
  child(k8s.core.v1.Service, owner, "metrics-service", metricsServiceArgs(site));
  child(k8s.networking.v1.NetworkPolicy, owner, "network-policy", networkPolicyArgs(site, options));
}

export function endpoints(
  { names, namespace }: KubernetesSite,
  { grpc }: Pick<ServiceOptions, "grpc"> = { grpc: true },
): ServiceEndpoints {
  const host = `${names.object}.${namespace}.svc`;
  return {
    http: `http://${host}:${PORTS.http}`,
    ...(grpc ? { grpc: `${host}:${PORTS.grpc}` } : {}),
    metrics: `http://${names.metrics}.${namespace}.svc:${PORTS.metrics}/metrics`,
  };
}

/** Where a text is sent. */
export function inferUrl(site: KubernetesSite, apiName: string): string {
  return `${endpoints(site).http}/v2/models/${apiName}/infer`;
}

/** Its name is explicit: the DNS name is API. Only a load balancer is waited for, since its address comes later; for the
 *  others the provider would wait for ready pods, which is the Deployment's affair and would be told twice. */
export function serviceArgs(site: KubernetesSite, { type, annotations, grpc, route }: ServiceOptions) {
  return {
    metadata: metadata(site, { annotations: { ...(type === "LoadBalancer" ? {} : SKIP_AWAIT), ...annotations } }),
    spec: {
      type,
      selector: selectorLabels(site.names.object),
      ports: publicPorts(grpc).map((name) => ({
        ...servicePort(name),
        // Some gateways speak HTTP/1 to a port that says nothing (Kubernetes, "Service", "Application protocol").
        ...(name === "grpc" && route?.grpc ? { appProtocol: "kubernetes.io/h2c" } : {}),
      })),
    },
  } satisfies k8s.types.input.core.v1.Service;
}

/** Headless, so that a scrape by DNS sees every pod; not ready ones too, for their metrics are the interesting ones. */
export function metricsServiceArgs(site: KubernetesSite) {
  return {
    metadata: metadata(site, { name: site.names.metrics, annotations: SKIP_AWAIT }),
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selectorLabels(site.names.object),
      ports: [servicePort("metrics")],
    },
  } satisfies k8s.types.input.core.v1.Service;
}

/** Who may call: pods of the namespace and the peers of `allowFrom` the model, pods of the monitoring namespace the
 *  metrics. Nothing may be called from the pod. The kubelet's probes come from the node, which policies let through.
 *  Traffic through a NodePort or LoadBalancer arrives from outside the pod network: it needs a `cidr` in `allowFrom`, of
 *  the clients or, where the address is rewritten on the way, of the nodes. A CNI that enforces no policies enforces none. */
export function networkPolicyArgs(site: KubernetesSite, { allowFrom, monitoringNamespace, grpc }: ServiceOptions) {
  return {
    metadata: metadata(site),
    spec: {
      podSelector: { matchLabels: selectorLabels(site.names.object) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ podSelector: {} }, ...allowFrom.map(peer)], ports: publicPorts(grpc).map(policyPort) },
        { from: [namespacePeer(monitoringNamespace)], ports: [policyPort("metrics")] },
      ],
    },
  } satisfies k8s.types.input.networking.v1.NetworkPolicy;
}

const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" };

const publicPorts = (grpc: boolean) => (grpc ? (["http", "grpc"] as const) : (["http"] as const));

function servicePort(name: keyof typeof PORTS) {
  return { name, port: PORTS[name], targetPort: name };
}

function policyPort(name: keyof typeof PORTS) {
  return { protocol: "TCP", port: PORTS[name] };
}

function peer({
  namespace,
  cidr,
}: ServiceOptions["allowFrom"][number]): k8s.types.input.networking.v1.NetworkPolicyPeer {
  return namespace === undefined ? { ipBlock: { cidr: cidr ?? "" } } : namespacePeer(namespace);
}

/** By the label that Kubernetes itself puts on every namespace. */
function namespacePeer(namespace: string) {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
}
