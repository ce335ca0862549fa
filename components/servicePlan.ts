/** Everything about a service that is known before any resource exists: its images' content and names, its server, the
 *  numbers of its pod, what to warn of. In: a validated spec, and where the program runs. Out: the plan, or all problems
 *  that only files and facts can tell. It reads the user's files and writes nothing. */
import * as pulumi from "@pulumi/pulumi";
import { gateTexts } from "./image/gateTexts";
import { readLabels } from "./image/labels";
import { type ModelImagePlan, planModelImage } from "./image/modelImage";
import { genericRegistry, loginProblems } from "./image/registries/generic";
import { planServerImage, type ServerImagePlan } from "./image/serverImage";
import type { BuildSite } from "./image/site";
import { gatewayOf, gatewayProblems, NGINX_IMAGE } from "./kubernetes/gateway/options";
import type { KubernetesSite } from "./kubernetes/metadata";
import { milliseconds } from "./kubernetes/monitoring/options";
import { scrapeAnnotations } from "./kubernetes/monitoring/scrape";
import type { Watched } from "./kubernetes/monitoring/watched";
import type { PodInput } from "./kubernetes/pod";
import { podOverridesProblems } from "./kubernetes/podOverrides";
import { downtimeWarning, waves } from "./kubernetes/rollout";
import { type Scale, scale, uncheckedWarning } from "./kubernetes/scaling/autoscaling";
import type { Scaled } from "./kubernetes/scaling/scaled";
import type { ServiceSpec } from "./options/stackOptions";
import { lifecycle } from "./server/lifecycle";
import { type Limits, limitsOf } from "./server/limits";
import { memoryPlan } from "./server/memory";
import { type DecidedServing, decided } from "./server/pipeline";
import { chooseServer, type ServerChoice } from "./server/supportMatrix";
import { tritonFlags } from "./server/tritonFlags";
import { watchCommand } from "./server/watch";
import { objectNames, tritonPorts } from "./shared/names";
import type { Locate } from "./shared/paths";
import { locateWarning, type Problem, type Warning } from "./shared/problems";

/** Where a program runs. */
export interface Place {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  /** Absolute; what the config's relative paths refer to. */
  readonly projectFolder: string;
}

/** Where this program runs. The provider, too, reads relative paths from the folder that it runs in. */
export function here(): Place {
  const projectFolder = process.cwd();
  return {
    organization: pulumi.getOrganization(),
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    projectFolder,
  };
}

export interface ServicePlan {
  readonly spec: ServiceSpec;
  readonly apiName: string;
  readonly build: BuildSite;
  readonly kubernetes: KubernetesSite;
  readonly modelImage: ModelImagePlan;
  readonly serverImage: ServerImagePlan;
  readonly scale: Scale;
  readonly scaled: Scaled;
  readonly watched: Watched;
  /** The pod but for its image, whose digest may be asked for. */
  readonly pod: Omit<PodInput, "image">;
  /** For the preview. */
  readonly warnings: readonly Warning[];
}

export interface Planned {
  /** Absent where there are problems. */
  readonly plan?: ServicePlan;
  readonly problems: readonly Problem[];
}

/** Plans the service `key`. */
export function planService(key: string, spec: ServiceSpec, place: Place): Planned {
  // Whatever has a name outside this program keeps the one that it was made with.
  const service = spec.renamedFrom ?? key;
  const build: BuildSite = {
    ...place,
    model: service,
    registry: genericRegistry(spec.registry, spec.credentials),
    build: spec.build,
  };
  const names = objectNames(service, spec.namePrefix);
  const server = chooseServer({ server: spec.server, gpu: spec.gpu });
  const model = planModelImage(build, spec);
  const { labels, problems: labelProblems } = readLabels(spec.labels, place.projectFolder);
  const serving = decided(spec);
  // Only int8 is held against them: naming them for all models moves no other image.
  const gateFile = spec.precision === "int8" ? spec.qualityGate.texts : undefined;
  const gate = gateTexts(gateFile, place.projectFolder);
  const limits = limitsOf(spec.serving, spec.rollout);
  const memory = memoryPlan({
    ...spec,
    serving,
    device: deviceOf(spec),
    graphInPython: spec.server.pypi !== undefined,
    modelBytes: model.plan.model.modelBytes,
    limits,
  });
  const { choice } = server;
  const problems = [
    ...server.problems,
    ...(choice ? gatewayProblems(spec.service, choice.flavour) : []),
    ...loginProblems(spec.registry),
    ...model.problems,
    ...labelProblems,
    ...gate.problems,
    ...memory.problems,
    ...podOverridesProblems(spec.podOverrides, names.object),
  ];
  if (problems.length > 0 || choice === undefined) return { problems };

  const { organization, project, stack } = place;
  const kubernetes = { names, namespace: spec.namespace, stack: `${organization}/${project}/${stack}` };
  const serve = {
    ...spec,
    serving,
    gate: gate.files,
    apiName: spec.apiName ?? service,
    gpuCount: spec.gpu?.count,
    labels,
    limits,
  };
  const serverImage = planServerImage(build, serve, choice, model.plan);
  const pods = scale(spec.autoscaling, spec.replicas);
  const scaled: Scaled = {
    site: kubernetes,
    options: spec.autoscaling,
    path: ["autoscaling"],
    apiName: serve.apiName,
    device: deviceOf(spec),
  };
  const warnings = [
    ...server.warnings,
    ...memory.warnings,
    downtimeWarning(pods.replicas, spec.gpu),
    uncheckedWarning(scaled, spec.cluster?.context),
  ].filter((warning) => warning !== undefined);
  const parts = { choice, serving, pods, kubernetes, model: model.plan, memory, limits };
  const plan = {
    spec,
    apiName: serve.apiName,
    build,
    kubernetes,
    modelImage: model.plan,
    serverImage,
    scale: pods,
    scaled,
    watched: { ...scaled, monitoring: spec.monitoring, startupSeconds: spec.rollout.startupSeconds },
    pod: podPlan(spec, serve.apiName, parts),
    warnings,
  };
  return { plan, problems };
}

/** The same plan, each path in it where the user wrote it. */
export function locatePlan(plan: ServicePlan, locate: Locate): ServicePlan {
  const path = locate(plan.scaled.path);
  return {
    ...plan,
    warnings: plan.warnings.map((warning) => locateWarning(warning, locate)),
    scaled: { ...plan.scaled, path },
    watched: { ...plan.watched, path },
  };
}

interface PodParts {
  readonly choice: ServerChoice;
  readonly serving: DecidedServing;
  readonly pods: Scale;
  readonly kubernetes: KubernetesSite;
  readonly model: ModelImagePlan;
  readonly memory: PodInput["memory"];
  readonly limits: Limits;
}

function podPlan(
  spec: ServiceSpec,
  apiName: string,
  { choice, serving, pods, kubernetes, model, memory, limits }: PodParts,
): ServicePlan["pod"] {
  const times = lifecycle(spec.rollout, waves(pods.most, spec.gpu));
  const { exitTimeoutSeconds, connectionSeconds } = times;
  const { grpc, streamSeconds } = spec.service;
  const gateway = gatewayOf(spec.service.gateway, choice.flavour);
  const behindGateway = gateway !== undefined;
  const server = { device: deviceOf(spec), onnxBackend: choice.onnxBackend };
  return {
    site: kubernetes,
    apiName,
    command: watchCommand({ ...server, ...serving, httpPort: tritonPorts(behindGateway).http, times: times.watch }),
    args: tritonFlags({
      ...server,
      exitTimeoutSeconds,
      connectionSeconds,
      streamSeconds,
      behindGateway,
      grpc,
      bodyBytes: limits.bodyBytes,
      release: choice.release,
    }),
    cpu: spec.resources.cpu,
    gpu: spec.gpu,
    memory,
    lifecycle: times,
    placement: spec.placement,
    review: {
      model: model.model.described,
      tokenizer: model.tokenizer?.described,
      precision: spec.precision,
      maxBatchSize: spec.serving.maxBatchSize,
      server: choice.described,
    },
    grpc,
    gateway: gateway && {
      options: gateway,
      image: choice.flavour === "pypi" ? undefined : NGINX_IMAGE,
      limits,
      streamSeconds,
    },
    annotations: scrapeAnnotations(spec.monitoring.scrape),
    logSlowerThanMs: milliseconds(spec.monitoring.logSlowerThan),
    podOverrides: spec.podOverrides,
  };
}

function deviceOf({ gpu }: ServiceSpec): "cpu" | "gpu" {
  return gpu === undefined ? "cpu" : "gpu";
}
