/** What `index.ts` runs: one TritonBertService for each entry of `models`. A function, so that a process can run it twice
 *  (a second import of a module runs nothing, and an empty program deletes all). In: the stack's config. Out: the stack's
 *  outputs, by model; their shape is what other stacks read, so fields are only ever added. */
import * as pulumi from "@pulumi/pulumi";
import { requireDockerDaemon } from "../image/dockerDaemon";
import type { Quality } from "../image/quality";
import { clusterProvider } from "../kubernetes/cluster";
import { type ServiceEndpoints, TritonBertService } from "../tritonBertService";
import { dockerHost } from "./rawConfig";
import { argsOf, readStackConfig } from "./readStack";

/** What a stack says of one model. */
export interface ModelOutputs {
  readonly url: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<ServiceEndpoints>;
  readonly image: pulumi.Output<string>;
  readonly imageDigest: pulumi.Output<string>;
  readonly quality: pulumi.Output<Quality>;
  readonly modelNames: pulumi.Output<string[]>;
}

export interface StackOutputs {
  /** By the model's key. */
  readonly models: Readonly<Record<string, ModelOutputs>>;
}

/** @throws ConfigError with all problems of the config, or Error if no Docker engine answers; before any resource */
export async function program(): Promise<StackOutputs> {
  const stack = readStackConfig({
    organization: pulumi.getOrganization(),
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    projectFolder: process.cwd(),
  });
  await requireDockerDaemon({ host: dockerHost() });
  const provider = clusterProvider(stack.cluster.context);
  const services = Object.keys(stack.models).map((key): [string, ModelOutputs] => {
    const service = new TritonBertService(key, argsOf(stack, key), { provider });
    const { url, endpoints, image, imageDigest, quality, modelNames } = service;
    return [key, { url, endpoints, image, imageDigest, quality, modelNames }];
  });
  return { models: Object.fromEntries(services) };
}
