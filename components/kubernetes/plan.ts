/** The objects of a model. In: the model's own options of them, and the plans of its server and images. Out: what each object is
 *  made from, as plain data; what only the server's plan can tell of mistakes, and what to warn of. */
import type { ImagesPlan } from "../image/plan";
import { hasGpuMetrics } from "../server/device";
import type { ServerPlan } from "../server/plan";
import { planProcess } from "../server/process";
import type { Draft } from "../shared/draft";
import { objectNames } from "../shared/names";
import { planGateway } from "./gateway/plan";
import type { KubernetesSite } from "./metadata";
import type { Watched } from "./monitoring/watched";
import type { ClusterOptions, ServiceOptions } from "./options";
import type { PodInput } from "./pod";
import { podOverridesProblems } from "./podOverrides";
import { type PullSecret, planPullSecret } from "./pullSecret";
import { planReview } from "./review";
import type { Rollout } from "./rollout/rollout";
import { downtimeWarning, waves } from "./rollout/strategy";
import { closedWarning } from "./route/checks";
import type { RoutePlan } from "./route/route";
import { type Scale, scale } from "./scaling/autoscaling";
import type { Scaled } from "./scaling/scaled";
import type { ObjectsSpec } from "./spec";
import { unaskedWarning } from "./unasked";

export interface ObjectsPlan {
  readonly site: KubernetesSite;
  /** The pod but for its image, whose digest may be asked for. */
  readonly pod: Omit<PodInput, "image">;
  readonly pullSecret?: PullSecret | undefined;
  readonly scale: Scale;
  readonly scaled: Scaled;
  readonly rollout: Rollout;
  readonly watched: Watched;
  readonly service: ServiceOptions;
  readonly route: RoutePlan | undefined;
  /** That is asked about the rollout and the autoscaler. */
  readonly cluster?: ClusterOptions | undefined;
}

export function planObjects(spec: ObjectsSpec, server: ServerPlan, images: ImagesPlan): Draft<ObjectsPlan> {
  const { gpu, service, monitoring } = spec;
  const { organization, project, stack, model } = images.site;
  const names = objectNames(model, spec.namePrefix);
  const site = { names, namespace: spec.namespace, stack: `${organization}/${project}/${stack}` };
  const gateway = planGateway(service, server);
  const pullSecret = planPullSecret(site, images.site.registry);
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
  const warnings = [
    ...process.warnings,
    downtimeWarning(pods.replicas, gpu),
    closedWarning(service),
    unaskedWarning(spec),
  ];
  return {
    plan: {
      site,
      pod: { ...spec, ...process.plan, site, gateway: gateway.plan, review, pullSecret: pullSecret?.name },
      pullSecret,
      scale: pods,
      scaled,
      rollout: { site, verify: spec.rollout.verify, seconds: process.plan.lifecycle.awaitSeconds },
      watched: { ...observed, monitoring, gpuMetrics: hasGpuMetrics(gpu), startupSeconds: spec.rollout.startupSeconds },
      service,
      route: service.route && {
        site,
        apiName: images.apiName,
        options: service.route,
        timeoutSeconds: service.route.timeoutSeconds ?? spec.rollout.longestRequestSeconds,
      },
      cluster: spec.cluster,
    },
    problems: [...gateway.problems, ...process.problems, ...podOverridesProblems(spec.podOverrides, names.object)],
    warnings: warnings.filter((warning) => warning !== undefined),
  };
}
