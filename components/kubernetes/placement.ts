/** Which nodes a pod may go to, and how its device is asked for. In: the options `placement` and `gpu`. Out: fields of the pod's spec, and of
 *  its container's resources; what is wrong with them. */
import type { types } from "@pulumi/kubernetes";
import { PLATFORM } from "../image/site";
import { extendedResource } from "../server/device";
import type { GpuOptions } from "../server/options";
import { selectorLabels } from "../shared/names";
import type { Problem } from "../shared/problems";
import type { KubernetesSite } from "./metadata";
import type { PlacementOptions } from "./options";

const [os = "", arch = ""] = PLATFORM.split("/");

/** Images are built for one platform: on another node a container would end with "exec format error". Every kubelet sets these. */
const PLATFORM_LABELS: Readonly<Record<string, string>> = { "kubernetes.io/arch": arch, "kubernetes.io/os": os };

/** GPU Feature Discovery's. */
const PRODUCT_LABEL = "nvidia.com/gpu.product";

/** Name of the pod's claim. */
const CLAIM = "gpu";

interface PlacementInput {
  readonly site: KubernetesSite;
  readonly placement: PlacementOptions;
  readonly gpu?: GpuOptions | undefined;
}

/** Fields of the pod's spec. */
export function placed({ site, placement, gpu }: PlacementInput) {
  const { tolerations, spread, runtimeClassName, priorityClassName } = placement;
  const products = gpu?.products ?? [];
  return {
    nodeSelector: { ...PLATFORM_LABELS, ...placement.nodeSelector },
    ...(products.length > 0 ? { affinity: { nodeAffinity: onlyProducts(products) } } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
    ...(spread.length > 0
      ? {
          topologySpreadConstraints: spread.map((constraint) => ({
            ...constraint,
            labelSelector: { matchLabels: selectorLabels(site.names.object) },
            // In a rollout the pods that go don't count: the new ones would be spread over what those leave.
            matchLabelKeys: ["pod-template-hash"],
          })),
        }
      : {}),
    ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(gpu?.claimTemplate === undefined
      ? {}
      : { resourceClaims: [{ name: CLAIM, resourceClaimTemplateName: gpu.claimTemplate }] }),
  } satisfies Partial<types.input.core.v1.PodSpec>;
}

/** The container's resources: request and limit alike. */
export function devices(amounts: Readonly<Record<string, string>>, gpu: GpuOptions | undefined) {
  const resource = gpu && extendedResource(gpu);
  const both = { ...amounts, ...(gpu && resource ? { [resource]: String(gpu.count) } : {}) };
  return { requests: both, limits: both, ...(gpu?.claimTemplate === undefined ? {} : { claims: [{ name: CLAIM }] }) };
}

export function placementProblems(placement: PlacementOptions): Problem[] {
  return [...platformProblems(placement), ...tolerationProblems(placement), ...spreadProblems(placement)];
}

function onlyProducts(products: readonly string[]) {
  const matchExpressions = [{ key: PRODUCT_LABEL, operator: "In", values: [...products] }];
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } };
}

function platformProblems({ nodeSelector }: PlacementOptions): Problem[] {
  return Object.entries(PLATFORM_LABELS).flatMap(([label, value]) => {
    const got = nodeSelector[label];
    if (got === undefined || got === value) return [];
    const because = `images are built for ${PLATFORM}, and would not start there`;
    return [{ path: ["placement", "nodeSelector", label], got, because, remedy: "leave it out" }];
  });
}

/** Kubernetes, "Taints and Tolerations": what the API server would refuse half way through a deploy. */
function tolerationProblems({ tolerations }: PlacementOptions): Problem[] {
  return tolerations.flatMap(({ operator, key, value }, index) => {
    const where = ["placement", "tolerations", index];
    if (operator === "Exists" && value !== undefined)
      return [
        { path: where, because: "operator Exists takes no value", remedy: "remove value, or set operator to Equal" },
      ];
    if (operator === "Equal" && key === undefined)
      return [
        {
          path: where,
          because: "operator Equal needs a key",
          remedy: "set key, or set operator to Exists for all taints",
        },
      ];
    return [];
  });
}

/** Kubernetes refuses a pair of key and mode that is said twice; the same key in both modes would merge in podOverrides. */
function spreadProblems({ spread }: PlacementOptions): Problem[] {
  return spread.flatMap(({ topologyKey }, index) => {
    if (spread.findIndex((other) => other.topologyKey === topologyKey) === index) return [];
    const path = ["placement", "spread", index, "topologyKey"];
    return [{ path, got: topologyKey, because: "it is said twice", remedy: "leave one of them out" }];
  });
}
