/** What `index.ts` runs: one TritonBertService for each entry of `models`. A function, so that a process can run it twice
 *  (a second import of a module runs nothing, and an empty program deletes all). In: the stack's config. Out: the stack's
 *  outputs, by model; their shape is what other stacks read, so fields are only ever added. */
import type * as pulumi from "@pulumi/pulumi";
import { requireDockerDaemon } from "../image/dockerDaemon";
import type { Quality } from "../image/quality";
import { clusterProvider } from "../kubernetes/cluster";
import type { Autoscaling } from "../kubernetes/scaling/autoscaling";
import { here } from "../servicePlan";
import { type ServiceEndpoints, TritonBertService } from "../tritonBertService";
import { dockerHost } from "./rawConfig";
import { planStack } from "./readStack";

/** What a stack says of one model. */
export interface ModelOutputs {
  readonly url: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<ServiceEndpoints>;
  readonly image: pulumi.Output<string>;
  readonly imageDigest: pulumi.Output<string>;
  readonly quality: pulumi.Output<Quality>;
  readonly modelNames: pulumi.Output<string[]>;
  readonly autoscaling: pulumi.Output<Autoscaling>;
}

export interface StackOutputs {
  /** By the model's key. */
  readonly models: Readonly<Record<string, ModelOutputs>>;
}

/** @throws ConfigError with all problems of the config, or UserError if no Docker engine answers; before any resource */
export async function program(): Promise<StackOutputs> {
  const { cluster, services } = planStack(here());
  await requireDockerDaemon({ host: dockerHost() });
  const provider = clusterProvider(cluster.context);
  const made = Object.entries(services).map(([key, plan]): [string, ModelOutputs] => {
    const service = new TritonBertService(key, plan.spec, { provider }, plan);
    const { url, endpoints, image, imageDigest, quality, modelNames, autoscaling } = service;
    return [key, { url, endpoints, image, imageDigest, quality, modelNames, autoscaling }];
  });
  return { models: Object.fromEntries(made) };
}
