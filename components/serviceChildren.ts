/** The children of a service: the wiring, to be read as a table of contents. In: the component and its plan. Out: its children, each
 *  made by the folder that knows about it, and the outputs. */
import * as pulumi from "@pulumi/pulumi";
import { modelImage } from "./image/modelImage";
import { openRegistry } from "./image/openRegistry";
import { proof } from "./image/proof";
import { serverImage } from "./image/serverImage";
import type { Connect } from "./kubernetes/apiClient";
import { disruption } from "./kubernetes/disruption";
import { monitoring } from "./kubernetes/monitoring/monitoring";
import { endpoints, inferUrl, networking } from "./kubernetes/networking";
import { pullSecret } from "./kubernetes/pullSecret";
import { rollout } from "./kubernetes/rollout/rollout";
import { route } from "./kubernetes/route/route";
import { autoscaling } from "./kubernetes/scaling/autoscaling";
import { workload } from "./kubernetes/workload";
import type { ServicePlan } from "./servicePlan";
import type { Finished } from "./shared/draft";
import type { ServiceOutputs } from "./shared/outputs";
import { warningText } from "./shared/problems";

/** Part of every URN of a service, and so never to be changed. */
export const SERVICE_TYPE = "triton-bert:index:TritonBertService";

/** Makes the children of the component `resource`, whose logical name is the plan's. `connect`: to the cluster, where it may be asked. */
export function createService(
  resource: pulumi.ComponentResource,
  { plan, warnings }: Finished<ServicePlan>,
  connect?: Connect,
): ServiceOutputs {
  for (const warning of warnings) void pulumi.log.warn(warningText(warning), resource);
  const owner = { name: plan.name, resource };
  const { images, objects } = plan;

  const { builder, site } = openRegistry(owner, images.site, images.locate);
  const model = modelImage(builder, site, images.model, images.locate);
  const server = serverImage(builder, site, images.server, model, images.locate);
  const { accepted, quality } = proof(owner, server, site.registry, images.locate);
  // A model that its build has refused changes nothing in the cluster.
  const served = { ...owner, after: accepted };
  const pods = { ...objects.pod, ...objects.scale, image: server.reference };
  const deployment = workload(served, pods, pullSecret(served, objects.site, objects.pullSecret));
  networking(served, objects.site, objects.service);
  route(served, objects.route);
  disruption(served, objects.site);
  monitoring(served, objects.watched);
  const ready = rollout(owner, objects.rollout, accepted, deployment, connect);
  const scaler = autoscaling(served, objects.scaled, ready, connect);
  // Pulumi awaits outputs one by one. Of one that has failed before its turn comes, Node would say that it is handled too late.
  scaler.apply(() => undefined);

  return {
    url: pulumi.output(inferUrl(objects.site, images.apiName)),
    endpoints: pulumi.output(endpoints(objects.site, objects.service)),
    image: pulumi.output(server.name),
    imageDigest: server.digest,
    quality,
    modelNames: pulumi.output([images.apiName]),
    autoscaling: scaler,
  };
}
