/** A BERT classifier, served, as other programs import it. In: one model's args. Out: its children, and the few outputs that a
 *  user needs. */
import * as pulumi from "@pulumi/pulumi";
import type { TritonBertServiceArgs } from "./args";
import { planSite } from "./image/site";
import { connectorOf } from "./kubernetes/cluster";
import { intentOf } from "./options/intent";
import { readService } from "./options/readService";
import { createService, SERVICE_TYPE } from "./serviceChildren";
import { locateService, planService, type ServicePlan } from "./servicePlan";
import { type Finished, finish } from "./shared/draft";
import type { Autoscaling, Quality, ServiceEndpoints } from "./shared/outputs";
import type { Locate } from "./shared/paths";
import { currentProgram } from "./shared/program";

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

  /** `name` is the model's key: the name of every object of the service, for ever.
   *  @throws ConfigError with all problems of the args, before anything is registered */
  constructor(name: string, args: TritonBertServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const service = planArgs(name, args);
    super(SERVICE_TYPE, service.plan.name, intentOf(args), opts);
    const { cluster } = service.plan.objects;
    const locate: Locate = (path) => [name, ...path];
    const outputs = createService(this, service, connectorOf(cluster, currentProgram(), this, locate));
    this.url = outputs.url;
    this.endpoints = outputs.endpoints;
    this.image = outputs.image;
    this.imageDigest = outputs.imageDigest;
    this.quality = outputs.quality;
    this.modelNames = outputs.modelNames;
    this.autoscaling = outputs.autoscaling;
    this.registerOutputs({ ...outputs });
  }
}

function planArgs(name: string, args: TritonBertServiceArgs): Finished<ServicePlan> {
  const { spec, problems } = readService(name, args);
  const site = planSite(spec, currentProgram());
  const service = planService(name, spec, site.plan);
  const all = { ...service, problems: [...problems, ...site.problems, ...service.problems] };
  return finish(locateService(all, (path) => [name, ...path]));
}
