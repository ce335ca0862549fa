/** Every name and label of what this package makes. Names and labels are hard to change later (a Deployment's selector
 *  is immutable, a Service's name is its DNS name), so they are said here once and nowhere else. */

/** A model's key: leaves room for the prefix and the suffix of the longest role within the 63 characters of a DNS label
 *  (Kubernetes, "Object Names and IDs"). */
export const MODEL_KEY = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** MODEL_KEY in words. */
export const MODEL_KEY_RULE =
  "must start with a lower-case letter, end with one or a digit, and have only these and - between; at most 40 characters";

/** What a child is to its service; the logical name of a child is `<model>-<role>`. */
export type Role =
  | "repository"
  | "lifecycle-policy"
  | `model-image-${string}`
  | "server-image"
  | "service-account"
  | "pull-secret"
  | "deployment"
  | "service"
  | "metrics-service"
  | "network-policy"
  | "http-route"
  | "grpc-route"
  | "disruption-budget"
  | "autoscaler"
  | "scaled-object"
  | "monitor"
  | "alerts"
  | "dashboard";

/** The Kubernetes objects of a service and the label values that select its pods. */
export interface ObjectNames {
  /** Name of the Deployment, Service, HorizontalPodAutoscaler, … : the model's key behind the optional prefix. */
  readonly object: string;
  /** Name of the headless Service that only serves metrics. */
  readonly metrics: string;
}

/** Object names of the model `key`. The bounds of key and prefix see to it that the longest fits a DNS label. */
export function objectNames(key: string, prefix = ""): ObjectNames {
  const object = `${prefix}${key}`;
  return { object, metrics: `${object}-metrics` };
}

/** Name of the Secret that a service's pods pull with. */
export const pullSecretName = (object: string): string => `${object}-pull`;

/** The pods' selector. Never to be changed: a Deployment's selector is immutable, and a change replaces what runs. */
export function selectorLabels(object: string): Record<string, string> {
  return { "app.kubernetes.io/name": "triton-bert", "app.kubernetes.io/instance": object };
}

/** Name of the server's container. */
export const CONTAINER = "triton";

/** Name of the nginx container in front of Triton (service.gateway). */
export const GATEWAY_CONTAINER = "gateway";

/** Ports of Triton, and their names on containers and Services. */
export const PORTS = { http: 8000, grpc: 8001, metrics: 8002 } as const;

/** Where the watch answers the kubelet, whose probes come from the node: on the container only, no Service has it, and no
 *  NetworkPolicy need let it through. */
export const HEALTH = { name: "health", port: 8003 } as const;

/** Where Triton itself listens: behind a gateway elsewhere, since the Service's ports belong to who stands in front. */
export const tritonPorts = (behindGateway: boolean) =>
  behindGateway ? { http: 18000, grpc: 18001 } : { http: PORTS.http, grpc: PORTS.grpc };

/** Where the kubelet asks the gateway; no Service leads to it. */
export const GATEWAY_READY_PORT = 8004;
