/** Which device a pod gets, and what follows from it for the server. In: the option `gpu`. Out: answers. Sources: NVIDIA, "Multi-Instance GPU
 *  User Guide", "CUDA Device Enumeration"; k8s-device-plugin, README, "Shared Access to GPUs"; gpu-feature-discovery, README, "Generated Labels". */
import { text } from "../shared/paths";
import type { Warning } from "../shared/problems";
import { type GpuOptions, WHOLE_GPU } from "./options";

/** A node whose default runtime is NVIDIA's gives all of its GPUs to an image that asks for them, as NVIDIA's own images do. For a pod
 *  without a GPU the runtime shall do nothing. Source: NVIDIA Container Toolkit, "Environment variables (OCI spec)". */
export const NO_GPU = { name: "NVIDIA_VISIBLE_DEVICES", value: "void" } as const;

type Device = Pick<GpuOptions, "resource" | "claimTemplate" | "products">;

/** The extended resource that a pod asks for; undefined: it gets its GPUs by a claim. */
export function extendedResource({ resource, claimTemplate }: Device): string | undefined {
  return claimTemplate === undefined ? (resource ?? WHOLE_GPU) : undefined;
}

/** A slice of a GPU: of the device plugin's strategy "mixed" it is a resource of its own, of "single" only the product tells. */
export function isMigSlice(device: Device): boolean {
  return extendedResource(device)?.startsWith("nvidia.com/mig-") === true || all(device.products, /-MIG-/);
}

/** A turn on a GPU that others use too, by time-slicing or MPS. */
export function isShared(device: Device): boolean {
  return extendedResource(device)?.endsWith(".shared") === true || all(device.products, /-SHARED$/);
}

/** Whether Triton can tell how busy the GPU is: of a slice it can't (github.com/triton-inference-server/server, issue 5324, and the known
 *  issues of its release notes). */
export const hasGpuMetrics = (gpu: Device | undefined): boolean => gpu !== undefined && !isMigSlice(gpu);

/** Where the nodes that are asked for have other GPUs than the one that the release was chosen for. */
export function productsWarning({ type, products }: Pick<GpuOptions, "type" | "products">): Warning | undefined {
  if (type === undefined) return undefined;
  // Memory stands in some products' names only, and not where the type has it.
  const words = wordsOf(type).filter((word) => !/^\d+gb$/.test(word));
  const isOne = (product: string) => words.every((word) => wordsOf(product).includes(word));
  if (products.length === 0 || products.some(isOne)) return undefined;
  return {
    path: ["gpu", "products"],
    text: text`none of them is named like ${["gpu", "type"]}, ${type}, for which Triton's release is chosen`,
  };
}

const wordsOf = (name: string) => name.toLowerCase().split(/[\s_-]+/);

const all = (products: readonly string[], pattern: RegExp) =>
  products.length > 0 && products.every((product) => pattern.test(product));
