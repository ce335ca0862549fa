/** What `index.ts` runs: one service for each entry of `models`. A function, so that a process can run it twice (a second
 *  import of a module runs nothing, and an empty program deletes all). In: the stack's config. Out: the stack's outputs, by
 *  model; their shape is what other stacks read, so fields are only ever added. */
import * as pulumi from "@pulumi/pulumi";
import { requireDockerDaemon } from "../image/dockerDaemon";
import { apiServer, type ClusterAccess } from "../kubernetes/apiClient";
import { clusterProvider, reachCluster } from "../kubernetes/cluster";
import { createService, SERVICE_TYPE } from "../serviceChildren";
import type { ServiceOutputs, StackOutputs } from "../shared/outputs";
import { currentProgram } from "../shared/program";
import { inStack } from "./places";
import { type PlannedService, planStack } from "./planStack";
import { dockerHost } from "./rawConfig";

/** Rejects with a ConfigError that has all problems of the config, or a UserError if no Docker engine or no cluster of EKS answers;
 *  before any resource but the provider that asks for the latter. */
export function program(): Promise<StackOutputs> {
  const outputs = deploy();
  // Pulumi awaits them a moment after the program has exported them; until then Node would call a refusal unhandled.
  outputs.catch(() => undefined);
  return outputs;
}

async function deploy(): Promise<StackOutputs> {
  const here = currentProgram();
  const { cluster, services } = planStack(here);
  await requireDockerDaemon({ host: dockerHost() });
  const access = await reachCluster(cluster, here, inStack);
  const opts = { provider: clusterProvider(access) };
  const made = Object.entries(services).map(([key, service]) => [key, new StackService(service, access, opts).outputs]);
  return Object.fromEntries(made) as StackOutputs;
}

/** A TritonBertService to the engine; its plan was made with those of the others, to tell the problems of all at once. */
class StackService extends pulumi.ComponentResource {
  readonly outputs: ServiceOutputs;

  constructor(service: PlannedService, access: ClusterAccess, opts: pulumi.ComponentResourceOptions) {
    super(SERVICE_TYPE, service.plan.name, service.intent, opts);
    this.outputs = createService(this, service, () => apiServer(access));
    this.registerOutputs({ ...this.outputs });
  }
}
