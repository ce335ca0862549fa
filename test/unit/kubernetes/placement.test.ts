/** Which nodes a pod may go to, and how it asks for its device. */
import { describe, expect, it } from "vitest";
import { placementOptions } from "../../../components/kubernetes/options";
import { devices, placed, placementProblems } from "../../../components/kubernetes/placement";
import { podTemplate } from "../../../components/kubernetes/pod";
import { gpuOptions } from "../../../components/server/options";
import { told } from "../told";
import { input, site } from "./world";

const placement = (options: object = {}) => placementOptions.parse(options);
const gpu = (more: object = {}) => gpuOptions.parse({ type: "L4", ...more });

describe("a pod", () => {
  it("goes to nodes of the platform that images are built for, and says no more by itself", () => {
    const platform = { nodeSelector: { "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux" } };
    expect(placed({ site, placement: placement() })).toEqual(platform);
    expect(placed({ site, placement: placement(), gpu: gpu() })).toEqual(platform);
    expect(podTemplate(input).spec.nodeSelector).toEqual(platform.nodeSelector);
  });

  it("goes where it is told", () => {
    const said = {
      nodeSelector: { pool: "gpu" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
      runtimeClassName: "nvidia",
      priorityClassName: "serving",
    };
    expect(placed({ site, placement: placement(said) })).toMatchObject(said);
  });

  it("goes to nodes with one of the GPUs that are named", () => {
    const { affinity } = placed({ site, placement: placement(), gpu: gpu({ products: ["NVIDIA-L4", "NVIDIA-L40S"] }) });
    expect(affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: "nvidia.com/gpu.product", operator: "In", values: ["NVIDIA-L4", "NVIDIA-L40S"] },
              ],
            },
          ],
        },
      },
    });
  });

  it("is spread among the pods of its own service and revision", () => {
    const spread = [{ topologyKey: "topology.kubernetes.io/zone" }];
    expect(placed({ site, placement: placement({ spread }) }).topologySpreadConstraints).toEqual([
      {
        topologyKey: "topology.kubernetes.io/zone",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: {
          matchLabels: { "app.kubernetes.io/name": "triton-bert", "app.kubernetes.io/instance": "sentiment" },
        },
        matchLabelKeys: ["pod-template-hash"],
      },
    ]);
  });

  it("gets its GPU from the device plugin, or by a claim, and never by both", () => {
    expect(devices({ cpu: "2" }, undefined)).toEqual({ requests: { cpu: "2" }, limits: { cpu: "2" } });
    const slice = { cpu: "2", "nvidia.com/mig-1g.10gb": "1" };
    expect(devices({ cpu: "2" }, gpu({ resource: "nvidia.com/mig-1g.10gb" }))).toEqual({
      requests: slice,
      limits: slice,
    });
    const claimed = gpu({ claimTemplate: "one-gpu", count: 2 });
    const { spec } = podTemplate({ ...input, gpu: claimed });
    expect(spec.resourceClaims).toEqual([{ name: "gpu", resourceClaimTemplateName: "one-gpu" }]);
    expect(spec.containers[0]?.resources).toMatchObject({ claims: [{ name: "gpu" }] });
    expect(Object.keys(spec.containers[0]?.resources.limits ?? {})).toEqual(["cpu", "memory"]);
  });
});

describe("a placement", () => {
  it("that images can't run on is refused, and one that says the obvious is not", () => {
    const selecting = (nodeSelector: object) => told(placementProblems(placement({ nodeSelector })));
    expect(selecting({ "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux" })).toEqual([]);
    expect(selecting({ "kubernetes.io/arch": "arm64" })).toEqual([
      {
        path: 'models.sentiment.placement.nodeSelector["kubernetes.io/arch"]',
        got: "arm64",
        because: "images are built for linux/amd64, and would not start there",
        remedy: "leave it out",
      },
    ]);
  });

  it("that spreads twice over the same places is refused", () => {
    const spread = [{ topologyKey: "zone" }, { topologyKey: "host" }, { topologyKey: "zone" }];
    expect(placementProblems(placement({ spread }))).toMatchObject([
      { path: ["placement", "spread", 2, "topologyKey"] },
    ]);
  });
});
