/** What a user may say about the objects on the cluster: placement, Service and replicas (scaling/options.ts: autoscaling). Each option's text,
 *  type, unit, bound and default stand here once. */
import { isIP } from "node:net";
import { z } from "zod";
import { exactlyOneOf } from "../shared/exactlyOneOf";
import { moved } from "../shared/moved";
import { reachingInput } from "../shared/reachingInput";
import { eksOptions } from "./eks";
import { gatewayOptions } from "./gateway/options";
import { addedAnnotations, labelsOf, labelValue, namespaceName, objectName, qualifiedName } from "./objectText";
import { routeOptions } from "./route/options";

/** Pods where nobody says how many. */
export const REPLICAS = 1;

export const replicasOptions = z
  .int()
  .min(1)
  .max(1000)
  .optional()
  .describe(`Number of pods; only without an autoscaler. Default: ${REPLICAS}.`);

export const placementOptions = z.strictObject({
  nodeSelector: labelsOf().default({}).describe("Labels a node must have."),
  tolerations: z
    .array(
      z
        .strictObject({
          key: qualifiedName.optional().describe("Taint key. Default: all keys."),
          operator: z.enum(["Exists", "Equal"]).default("Equal").describe("Exists: any value."),
          value: labelValue.optional().describe("Taint value."),
          effect: z
            .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
            .optional()
            .describe("Taint effect. Default: all."),
        })
        .meta({ typeName: "Toleration" }),
    )
    .default([])
    .describe("Taints that the pods tolerate."),
  spread: z
    .array(
      z
        .strictObject({
          topologyKey: qualifiedName.describe(
            "Node label whose values are the places, such as topology.kubernetes.io/zone.",
          ),
          maxSkew: z.int().min(1).default(1).describe("Pods that one place may have more than another."),
          whenUnsatisfiable: z
            .enum(["ScheduleAnyway", "DoNotSchedule"])
            .default("ScheduleAnyway")
            .describe("What happens to a pod that would break it; DoNotSchedule: it waits."),
        })
        .meta({ typeName: "Spread" }),
    )
    .default([])
    .describe(
      "How the pods are spread over zones or nodes (topology spread constraints). Default: as the cluster does it.",
    ),
  runtimeClassName: objectName
    .optional()
    .describe(
      "RuntimeClass of the pods, such as nvidia, where NVIDIA's runtime is not the nodes' default. Default: none.",
    ),
  priorityClassName: objectName.optional().describe("PriorityClass of the pods. Default: the cluster's."),
});

export const disruptionOptions = z.strictObject({
  doNotDisrupt: z
    .boolean()
    .default(false)
    .describe(
      "Keep Karpenter, EKS Auto Mode included, from taking a pod's node away to consolidate or, unless its terminationGracePeriod is set, because it drifted. Nodes that expire go all the same.",
    ),
});

export const serviceOptions = moved(
  { httpProxy: "gateway" },
  {
    type: z
      .enum(["ClusterIP", "NodePort", "LoadBalancer"])
      .default("ClusterIP")
      .describe("Kind of the public Service."),
    annotations: addedAnnotations(reachingInput(z.string())).default({}).describe("Annotations of the public Service."),
    allowFrom: z
      .array(
        exactlyOneOf({
          namespace: namespaceName.describe("Pods of this namespace may call."),
          cidr: z
            .string()
            .refine(isAddressRange, "must be an address range such as 10.0.0.0/8")
            .meta({ remedy: "write address/bits, at most 32 bits for IPv4 and 128 for IPv6, such as 10.0.0.0/8" })
            .describe("This address range may call, such as 10.0.0.0/8."),
        }).meta({ typeName: "AllowFrom" }),
      )
      .default([])
      .describe("Who may call besides the service's own namespace."),
    gateway: gatewayOptions
      .optional()
      .describe(
        "An nginx in each pod before Triton's ports. It stops requests that Triton can't refuse (docs/hostile-requests.md), and asks clients that keep their connections for ever to connect anew after half of rollout.endpointDelaySeconds. Default: {} with server.pypi, otherwise none.",
      ),
    grpc: z
      .boolean()
      .default(true)
      .describe("Whether there is a gRPC port. false: neither Service nor pod nor NetworkPolicy has one."),
    streamSeconds: z
      .int()
      .min(0)
      .max(86400)
      .default(3600)
      .describe(
        "Seconds that a gRPC stream (ModelStreamInfer) may be silent; without a gateway, that it may live. 0: the gateway refuses streams, in which it can't look into requests.",
      ),
    route: routeOptions
      .optional()
      .describe("A way in through a Gateway of the Gateway API: an HTTPRoute, and a GRPCRoute. Default: none."),
    monitoringNamespace: namespaceName
      .default("monitoring")
      .describe("Namespace whose pods may read the metrics port."),
  },
);

export const podOverridesOptions = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Strategic merge patch onto the pod template ({ metadata, spec }), for what has no option of its own.");

/** Which cluster; always named, so that nothing is deployed by accident to whatever is current. */
export const clusterOptions = exactlyOneOf({
  context: z.string().min(1).describe("Context of the kubeconfig (KUBECONFIG, or ~/.kube/config)."),
  eks: eksOptions,
});

export const namespaceOptions = namespaceName.default("default").describe("Namespace of all objects; it must exist.");

export const namePrefixOptions = z
  .string()
  .regex(/^([a-z][-a-z0-9]{0,13})?$/, "must be at most 14 lower-case letters, digits or -")
  .meta({ remedy: "write it such as team-: a letter first" })
  .default("")
  .describe("Put before the name of every Kubernetes object. Default: none.");

function isAddressRange(text: string): boolean {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

export type DisruptionOptions = z.output<typeof disruptionOptions>;
export type PlacementOptions = z.output<typeof placementOptions>;
export type ServiceOptions = z.output<typeof serviceOptions>;
export type ClusterOptions = z.output<typeof clusterOptions>;
