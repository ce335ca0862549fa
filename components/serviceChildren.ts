/** The children of a service: the wiring, to be read as a table of contents. In: the component and its plan. Out: its children, each
 *  made by the folder that knows about it, and the outputs. */
import * as pulumi from "@pulumi/pulumi";
import { modelImage } from "./image/modelImage";
import { proof } from "./image/proof";
import { serverImage } from "./image/serverImage";
import { disruption } from "./kubernetes/disruption";
import { monitoring } from "./kubernetes/monitoring/monitoring";
import { endpoints, inferUrl, networking } from "./kubernetes/networking";
import { rollout } from "./kubernetes/rollout/rollout";
import { autoscaling } from "./kubernetes/scaling/autoscaling";
import { workload } from "./kubernetes/workload";
import type { ServicePlan } from "./servicePlan";
import type { Finished } from "./shared/draft";
import type { ServiceOutputs } from "./shared/outputs";
import { warningText } from "./shared/problems";

/** Part of every URN of a service, and so never to be changed. */
export const SERVICE_TYPE = "triton-bert:index:TritonBertService";

/** Makes the children of the component `resource`, whose logical name is the plan's. */
export function createService(
  resource: pulumi.ComponentResource,
  { plan, warnings }: Finished<ServicePlan>,
): ServiceOutputs {
  for (const warning of warnings) void pulumi.log.warn(warningText(warning), resource);
  const owner = { name: plan.name, resource };
  const { images, objects } = plan;

  const model = modelImage(owner, images.site, images.model, images.locate);
  const server = serverImage(owner, images.site, images.server, model, images.locate);
  const { accepted, quality } = proof(owner, server, images.site.registry, images.locate);
  // A model that its build has refused changes nothing in the cluster.
  const served = { ...owner, after: accepted };
  const pods = { ...objects.pod, ...objects.scale, image: server.reference };
  const deployment = workload(served, pods);
  networking(served, objects.site, objects.service);
  disruption(served, objects.site);
  monitoring(served, objects.watched);
  const ready = rollout(owner, objects.rollout, accepted, deployment);
  const scaler = autoscaling(served, objects.scaled, ready, objects.context);

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
