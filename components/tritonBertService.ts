/** A BERT classifier, served: the wiring, to be read as a table of contents. In: one model's args. Out: its children, each
 *  made by the room that knows about it, and the few outputs that a user needs. */
import * as pulumi from "@pulumi/pulumi";
import type { TritonBertServiceArgs } from "./args";
import { modelImage } from "./image/modelImage";
import { type Quality, quality } from "./image/quality";
import { serverImage } from "./image/serverImage";
import { disruption } from "./kubernetes/disruption";
import { monitoring } from "./kubernetes/monitoring/monitoring";
import { endpoints, inferUrl, networking } from "./kubernetes/networking";
import { type Autoscaling, autoscaling } from "./kubernetes/scaling/autoscaling";
import { workload } from "./kubernetes/workload";
import { toSpec } from "./options/serviceSpec";
import { here, locatePlan, planService, type ServicePlan } from "./servicePlan";
import type { Path } from "./shared/paths";
import { locateProblem, throwIfAny, warningText } from "./shared/problems";

/** Where a service answers inside the cluster. */
export interface ServiceEndpoints {
  /** Base URL of Triton's HTTP protocol. */
  http: string;
  /** host:port of Triton's gRPC protocol, without a scheme; absent where service.grpc is false. */
  grpc?: string;
  /** URL of the Prometheus metrics. */
  metrics: string;
}

/** One BERT text classifier, exported to ONNX, proven equal to the original, and served by Triton on Kubernetes. Its images
 *  are built by a Docker engine, which must answer, at preview too: the Docker provider waits for ever for one that does
 *  not. The program of a stack config asks first (image/dockerDaemon.ts); one that uses this class may do the same. */
export class TritonBertService extends pulumi.ComponentResource {
  /** Where a text is sent, inside the cluster. */
  public readonly url: pulumi.Output<string>;
  /** All addresses inside the cluster. */
  public readonly endpoints: pulumi.Output<ServiceEndpoints>;
  /** repository:tag of the server image; known at preview. */
  public readonly image: pulumi.Output<string>;
  /** repository@sha256:… of the server image. */
  public readonly imageDigest: pulumi.Output<string>;
  /** How closely the exported model answers like the original. */
  public readonly quality: pulumi.Output<Quality>;
  /** Names that can be called at /v2/models/<name>/infer. */
  public readonly modelNames: pulumi.Output<string[]>;
  /** What the autoscaler asks for, where it is on Triton's metrics. */
  public readonly autoscaling: pulumi.Output<Autoscaling>;

  /** `name` is the model's key: the name of every object of the service, for ever. `plan` is for a program that has made
   *  it before, to tell the problems of many services at once.
   *  @throws ConfigError with all problems of the args, before anything is registered */
  constructor(name: string, args: TritonBertServiceArgs, opts?: pulumi.ComponentResourceOptions, plan?: ServicePlan) {
    const { spec, build, kubernetes, pod, scale, scaled, watched, ...known } = plan ?? planned(name, args);
    // The old key, not an alias to it: after a second rename, and after the way back, the URNs are still these.
    const key = spec.renamedFrom ?? name;
    super("triton-bert:index:TritonBertService", key, {}, opts);
    for (const warning of known.warnings) void pulumi.log.warn(warningText(warning), this);

    const owner = { name: key, resource: this };
    const model = modelImage(owner, build, known.modelImage, spec.credentials);
    const server = serverImage(owner, build, known.serverImage, model);
    const image = spec.image.pin === "digest" ? server.digest : server.name;
    const deployment = workload(owner, { ...pod, ...scale, image, dependsOn: [server.image] });
    networking(owner, kubernetes, spec.service);
    disruption(owner, kubernetes);
    monitoring(owner, watched);
    this.autoscaling = autoscaling(owner, scaled, deployment, spec.cluster?.context);

    this.url = pulumi.output(inferUrl(kubernetes, known.apiName));
    this.endpoints = pulumi.output(endpoints(kubernetes, spec.service));
    this.image = pulumi.output(server.name);
    this.imageDigest = server.digest;
    this.quality = quality(model.digest, build.registry);
    this.modelNames = pulumi.output([known.apiName]);
    const { url, imageDigest, modelNames } = this;
    this.registerOutputs({
      url,
      endpoints: this.endpoints,
      image: this.image,
      imageDigest,
      quality: this.quality,
      modelNames,
      autoscaling: this.autoscaling,
    });
  }
}

function planned(name: string, args: TritonBertServiceArgs): ServicePlan {
  const locate = (path: Path): Path => [name, ...path];
  const { plan, problems } = planService(name, toSpec(name, args), here());
  throwIfAny(problems.map((problem) => locateProblem(problem, locate)));
  if (plan === undefined) throw new Error(`${name}: no plan and no problem`);
  return locatePlan(plan, locate);
}
