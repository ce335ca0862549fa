/** What the tests of this room share: one site, one pod's worth of input, and an owner under Pulumi's mocks. */
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesSite } from "../../../components/kubernetes/metadata";
import { monitoringOptions } from "../../../components/kubernetes/monitoring/options";
import type { Watched } from "../../../components/kubernetes/monitoring/watched";
import { type ServiceOptions, serviceOptions } from "../../../components/kubernetes/options";
import { scale } from "../../../components/kubernetes/scaling/autoscaling";
import { autoscalingOptions } from "../../../components/kubernetes/scaling/options";
import type { Scaled } from "../../../components/kubernetes/scaling/scaled";
import type { WorkloadInput } from "../../../components/kubernetes/workload";
import { modelOptions } from "../../../components/options/modelOptions";
import type { GpuOptions } from "../../../components/server/options";
import { planServer } from "../../../components/server/plan";
import { planProcess } from "../../../components/server/process";
import type { Owner } from "../../../components/shared/child";
import { objectNames } from "../../../components/shared/names";

export const site: KubernetesSite = {
  names: objectNames("sentiment"),
  namespace: "ml-serving",
  stack: "organization/triton-bert/dev",
};

export const service = (options: Parameters<typeof serviceOptions.parse>[0] = {}): ServiceOptions =>
  serviceOptions.parse(options);

const spec = modelOptions.parse({ model: { local: { path: "model" } }, server: { pypi: {} } });
const around = { behindGateway: false, grpc: true, streamSeconds: 3600, waves: 1 };

/** One pod's worth, from a parsed config; its memory is said, so that it can be looked for. */
export const input: WorkloadInput = {
  ...spec,
  ...planProcess(spec, planServer(spec).plan, around).plan,
  memory: { shmMiB: 64, limitMiB: 1664 },
  site,
  image: "registry.example.com/triton/tritoned_sentiment:latest-0123456789ab",
  review: { precision: "fp32", model: "acme/sentiment@9f1c", maxBatchSize: 16, server: "Triton 26.10 of NVIDIA" },
  ...scale(spec.autoscaling, spec.replicas),
};

export const scaled = (
  options: Parameters<typeof autoscalingOptions.parse>[0],
  device: Scaled["device"] = "cpu",
  apiName = "sentiment",
): Scaled => ({
  site,
  options: autoscalingOptions.parse(options),
  path: ["models.sentiment", "autoscaling"],
  apiName,
  device,
});

export const watched = (
  monitoring: Parameters<typeof monitoringOptions.parse>[0] = {},
  of: Scaled = scaled({ none: {} }),
): Watched => ({
  ...of,
  monitoring: monitoringOptions.parse(monitoring),
  gpuMetrics: of.device === "gpu",
  startupSeconds: 300,
});

export const gpu: GpuOptions = { type: "L4", count: 1, spare: 0, products: [] };

/** A child as the engine saw it. */
export interface Seen {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Record<string, unknown>;
}

/** Runs `make` under mocks, with an owner `sentiment` whose children all get a label by a transform; returns what it
 *  made, in the order of names. */
export async function made(make: (owner: Owner) => void): Promise<Seen[]> {
  const seen: Seen[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        seen.push({ type, name, urn: "", inputs });
        return { id: `${name}-id`, state: inputs };
      },
      call: ({ inputs }) => inputs,
    },
    "triton-bert",
    "dev",
  );
  const children: pulumi.Resource[] = [];
  const resource = new pulumi.ComponentResource(
    "triton-bert:index:TritonBertService",
    "sentiment",
    {},
    {
      transformations: [
        ({ resource: child, props, opts }) => {
          children.push(child);
          return { props: { ...props, transformed: true }, opts };
        },
      ],
    },
  );
  make({ name: "sentiment", resource });
  const urns = await Promise.all(
    children.map((child) => new Promise<string>((resolve) => child.urn.apply((urn) => resolve(urn)))),
  );
  await pulumi.runtime.disconnect();
  return seen
    .filter(({ type }) => type !== "triton-bert:index:TritonBertService")
    .map((child) => ({ ...child, urn: urns.find((urn) => urn.endsWith(`::${child.name}`)) ?? "" }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
