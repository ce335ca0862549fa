/** The objects of a model. In: the model's own options of them, and the plans of its server and images. Out: what each object is
 *  made from, as plain data; what only the server's plan can tell of mistakes, and what to warn of. */
import type { ImagesPlan } from "../image/plan";
import type { ServerPlan } from "../server/plan";
import { planProcess } from "../server/process";
import type { Draft } from "../shared/draft";
import { objectNames } from "../shared/names";
import { planGateway } from "./gateway/plan";
import type { KubernetesSite } from "./metadata";
import type { Watched } from "./monitoring/watched";
import type { ServiceOptions } from "./options";
import type { PodInput } from "./pod";
import { podOverridesProblems } from "./podOverrides";
import { planReview } from "./review";
import type { Rollout } from "./rollout/rollout";
import { downtimeWarning, waves } from "./rollout/strategy";
import { type Scale, scale } from "./scaling/autoscaling";
import type { Scaled } from "./scaling/scaled";
import type { ObjectsSpec } from "./spec";
import { unaskedWarning } from "./unasked";

export interface ObjectsPlan {
  readonly site: KubernetesSite;
  /** The pod but for its image, whose digest may be asked for. */
  readonly pod: Omit<PodInput, "image">;
  readonly scale: Scale;
  readonly scaled: Scaled;
  readonly rollout: Rollout;
  readonly watched: Watched;
  readonly service: ServiceOptions;
  /** Context of the cluster that is asked about the autoscaler. */
  readonly context?: string | undefined;
}

export function planObjects(spec: ObjectsSpec, server: ServerPlan, images: ImagesPlan): Draft<ObjectsPlan> {
  const { gpu, service, monitoring } = spec;
  const { organization, project, stack, model } = images.site;
  const names = objectNames(model, spec.namePrefix);
  const site = { names, namespace: spec.namespace, stack: `${organization}/${project}/${stack}` };
  const gateway = planGateway(service, server);
  const pods = scale(spec.autoscaling, spec.replicas);
  const process = planProcess(spec, server, {
    ...service,
    behindGateway: gateway.plan !== undefined,
    waves: waves(pods.most, gpu),
    modelBytes: images.model.model.modelBytes,
  });
  const review = planReview(spec, server, images);
  const observed = { site, apiName: images.apiName, device: server.device, options: spec.autoscaling };
  const scaled = { ...observed, path: ["autoscaling"] };
  const context = spec.cluster?.context;
  const warnings = [...process.warnings, downtimeWarning(pods.replicas, gpu), unaskedWarning(spec)];
  return {
    plan: {
      site,
      pod: { ...spec, ...process.plan, site, gateway: gateway.plan, review },
      scale: pods,
      scaled,
      rollout: { site, context, verify: spec.rollout.verify, seconds: process.plan.lifecycle.awaitSeconds },
      watched: { ...observed, monitoring, startupSeconds: spec.rollout.startupSeconds },
      service,
      context,
    },
    problems: [...gateway.problems, ...process.problems, ...podOverridesProblems(spec.podOverrides, names.object)],
    warnings: warnings.filter((warning) => warning !== undefined),
  };
}
