/** What follows from the kind of device. */
import { describe, expect, it } from "vitest";
import {
  extendedResource,
  hasGpuMetrics,
  isMigSlice,
  isShared,
  productsWarning,
} from "../../../components/server/device";
import { gpuOptions } from "../../../components/server/options";
import { warned } from "../told";

const gpu = (more: object = {}) => gpuOptions.parse({ type: "L4", ...more });
const slice = gpu({ resource: "nvidia.com/mig-1g.10gb" });
const only = gpu({ products: ["NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"] });

describe("a device", () => {
  it("is a whole GPU where nothing is said, and none of the device plugin's by a claim", () => {
    expect([gpu(), slice, gpu({ claimTemplate: "one-gpu" })].map(extendedResource)).toEqual([
      "nvidia.com/gpu",
      "nvidia.com/mig-1g.10gb",
      undefined,
    ]);
  });

  it("is a MIG slice by its resource, or by what all its nodes offer", () => {
    const mixed = gpu({ products: [...only.products, "NVIDIA-L4"] });
    expect([slice, only, mixed, gpu()].map(isMigSlice)).toEqual([true, true, false, false]);
    expect([slice, only, mixed, gpu(), undefined].map(hasGpuMetrics)).toEqual([false, false, true, true, false]);
  });

  it("is a share by its resource, or by what all its nodes offer", () => {
    const renamed = gpu({ resource: "nvidia.com/gpu.shared" });
    expect([renamed, gpu({ products: ["NVIDIA-L4-SHARED"] }), gpu()].map(isShared)).toEqual([true, true, false]);
  });
});

describe("nodes of a product", () => {
  it.each([
    ["L4", "NVIDIA-L4"],
    ["A100-40GB", "NVIDIA-A100-SXM4-40GB"],
    ["a100 80gb", "NVIDIA-A100-80GB-PCIe"],
    ["H100-80GB", "NVIDIA-H100-PCIe"],
    ["T4", "Tesla-T4-SHARED"],
    ["RTX 6000 Ada", "NVIDIA-RTX-6000-Ada-Generation"],
  ])("have the GPU that the release was chosen for: %s, %s", (type, product) => {
    expect(productsWarning({ type, products: ["NVIDIA-B200", product] })).toBeUndefined();
  });

  it("or are told to have another", () => {
    expect(productsWarning({ type: "L4", products: [] })).toBeUndefined();
    expect(warned([productsWarning({ type: "L4", products: ["NVIDIA-L40S", "Tesla-T4"] })])).toEqual([
      "models.sentiment.gpu.products: none of them is named like models.sentiment.gpu.type, L4, for which Triton's release is chosen",
    ]);
  });
});
