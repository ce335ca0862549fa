/** The JSON of a preview, as the engine makes it of two states: what each model was and shall be. In: the settings of both. Out: the
 *  text, with everything that varies between machines and runs in it. */
import { isDeepStrictEqual } from "node:util";
import { shortHash } from "../../../components/shared/canonicalJson";

type Json = Record<string, unknown>;

/** One model, as far as a preview knows it. */
export interface Setting {
  /** What is recorded of the user's config; undefined: nothing, as by an older version of the package. */
  readonly options?: Json;
  readonly revision?: string;
  readonly maxBatchSize?: number;
  readonly precision?: string;
  readonly server?: string;
  readonly replicas?: number;
  readonly autoscaler?: { readonly kind: "cpu" | "keda"; readonly min: number; readonly max: number };
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpus?: number;
  readonly strategy?: Json;
  /** Of the pod, that no option says. */
  readonly env?: string;
  readonly dashboard?: string;
  readonly namespace?: string;
}

export type Models = Readonly<Record<string, Setting>>;

/** Where a preview ran. */
interface Machine {
  readonly path: string;
  readonly time: string;
  readonly reversed: boolean;
}

interface PreviewOptions {
  readonly showSames?: boolean;
  readonly machine?: Machine;
  readonly errors?: readonly string[];
  /** Besides the models: by URN's end, with its inputs before and after. */
  readonly others?: readonly { type: string; name: string; old?: Json; new?: Json }[];
}

export const HERE: Machine = { path: "/home/ann/shop", time: "2026-11-29T22:01:23Z", reversed: false };
export const ELSEWHERE: Machine = { path: "/builds/7/shop", time: "2027-01-02T03:04:05Z", reversed: true };

const SERVICE = "triton-bert:index:TritonBertService";
const STACK_URN = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
const urnOf = (type: string, name: string, outer = ""): string => `urn:pulumi:dev::shop::${outer}${type}::${name}`;

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly parent: string;
  readonly inputs: Json;
}

/** The text that `pulumi preview --json` prints. */
export function previewJson(before: Models, after: Models, options: PreviewOptions = {}): string {
  const { showSames = true, machine = HERE, errors = [], others = [] } = options;
  const old = new Map(resources(before, machine).map((one) => [one.urn, one]));
  const now = new Map(resources(after, machine).map((one) => [one.urn, one]));
  for (const { type, name, old: was, new: is } of others) {
    const urn = urnOf(type, name);
    const one = { urn, type, parent: STACK_URN };
    if (was) old.set(urn, { ...one, inputs: was });
    if (is) now.set(urn, { ...one, inputs: is });
  }
  const steps = [...new Set([...now.keys(), ...old.keys()])].map((urn) => step(old.get(urn), now.get(urn), machine));
  const shown = showSames ? steps : steps.filter(({ op }) => op !== "same");
  const count = (wanted: string) => steps.filter(({ op }) => op === wanted).length;
  const ops = [...new Set(steps.map(({ op }) => op))];
  const root = {
    op: "same",
    urn: STACK_URN,
    newState: state({ urn: STACK_URN, type: "pulumi:pulumi:Stack", parent: "", inputs: {} }, machine),
  };
  const digest = {
    config: { "triton-bert:models": "{}" },
    steps: [root, ...(machine.reversed ? shown.reverse() : shown)],
    diagnostics: errors.map((message) => ({ urn: STACK_URN, message, severity: "error" })),
    duration: machine.time.length * 1e9,
    changeSummary: Object.fromEntries(ops.map((op) => [op, count(op)])),
  };
  return JSON.stringify(machine.reversed ? reversedKeys(digest) : digest, null, 4);
}

function step(old: Resource | undefined, now: Resource | undefined, machine: Machine) {
  const { urn } = (now ?? old) as Resource;
  return {
    op: opOf(old, now),
    urn,
    ...(old ? { oldState: state(old, machine) } : {}),
    ...(now ? { newState: state(now, machine) } : {}),
    detailedDiff: null,
  };
}

/** As Kubernetes' provider has it: what stands in another namespace is another object. */
function opOf(old: Resource | undefined, now: Resource | undefined): string {
  if (old === undefined) return "create";
  if (now === undefined) return "delete";
  const namespace = ({ inputs }: Resource) => (inputs.metadata as Json | undefined)?.namespace;
  if (
    namespace(old) !== namespace(now) ||
    (now.type.endsWith(":ConfigMap") && !isDeepStrictEqual(old.inputs.data, now.inputs.data))
  )
    return "replace";
  return isDeepStrictEqual(old.inputs, now.inputs) ? "same" : "update";
}

const state = ({ urn, type, parent, inputs }: Resource, { path, time }: Machine) => ({
  urn,
  type,
  custom: type !== SERVICE,
  id: `${path}-id`,
  inputs,
  outputs: { ...inputs, live: time },
  parent,
  created: time,
  modified: time,
  sourcePosition: `project://${path}/index.ts#3,1`,
});

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversedKeys(inner)]),
  );
}

const resources = (models: Models, machine: Machine): Resource[] =>
  Object.entries(models).flatMap(([name, setting]) => service(name, setting, machine));

function service(name: string, setting: Setting, machine: Machine): Resource[] {
  const { options = {}, revision = REVISION, maxBatchSize = 16, precision = "fp32", namespace = "ml" } = setting;
  const parent = urnOf(SERVICE, name);
  const exported = shortHash({ name, revision });
  const image = `registry.example.com/triton/tritoned_${name}:latest-${shortHash([exported, maxBatchSize, precision, options, setting.server])}`;
  const child = (role: string, type: string, inputs: Json): Resource => ({
    urn: urnOf(type, `${name}-${role}`, `${SERVICE}$`),
    type,
    parent,
    inputs,
  });
  const metadata = { name, namespace, annotations: { "triton-bert/stack": "acme/shop/dev" } };
  const random = shortHash([machine.path, setting.dashboard]).slice(0, 8);
  return [
    { urn: parent, type: SERVICE, parent: STACK_URN, inputs: options },
    child(`model-image-${exported}`, "docker:index/image:Image", {
      imageName: `registry.example.com/triton/tritoned_${name}:onnx-${exported}`,
      registry: { password: "[secret]" },
    }),
    child("server-image", "docker:index/image:Image", {
      imageName: image,
      build: { args: { MODEL_IMAGE: `onnx@sha256:${exported}` } },
    }),
    child("service-account", "kubernetes:core/v1:ServiceAccount", { metadata }),
    child("service", "kubernetes:core/v1:Service", { metadata, spec: { ports: [{ port: 8000 }] } }),
    child("deployment", "kubernetes:apps/v1:Deployment", {
      metadata,
      spec: deploymentSpec(setting, image, { revision, maxBatchSize, precision }),
    }),
    ...scaler(setting).map(({ role, type, spec }) => child(role, type, { metadata, spec })),
    ...(setting.dashboard === undefined
      ? []
      : [
          child("dashboard", "kubernetes:core/v1:ConfigMap", {
            metadata: {
              namespace,
              name: `${name}-dashboard-${random}`,
              annotations: { "pulumi.com/autonamed": "true" },
            },
            data: { "dashboard.json": setting.dashboard },
          }),
        ]),
  ];
}

export const REVISION = "714eb0fa89d2f80546fda750413ed43d93601a13";
export const OTHER_REVISION = "9f1c3b70f4a1d8b2a0c9e7d65544332211009988";

function deploymentSpec(
  setting: Setting,
  image: string,
  said: { revision: string; maxBatchSize: number; precision: string },
): Json {
  const {
    autoscaler,
    replicas = 1,
    cpu = "2",
    memory = "2048Mi",
    gpus = 0,
    server = "Triton 26.07 of NVIDIA",
  } = setting;
  const both = { cpu, memory, ...(gpus > 0 ? { "nvidia.com/gpu": String(gpus) } : {}) };
  const rollingUpdate = gpus > 0 ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: "25%", maxUnavailable: 0 };
  return {
    replicas: autoscaler?.min ?? replicas,
    strategy: setting.strategy ?? { type: "RollingUpdate", rollingUpdate },
    template: {
      metadata: {
        annotations: {
          "triton-bert/model": `hf:acme/sentiment@${said.revision}`,
          "triton-bert/precision": said.precision,
          "triton-bert/max-batch-size": String(said.maxBatchSize),
          "triton-bert/server": server,
        },
      },
      spec: {
        containers: [
          {
            name: "triton",
            image,
            env: [{ name: "MODE", value: setting.env ?? "usual" }],
            resources: { requests: both, limits: both },
          },
          {
            name: "gateway",
            image,
            resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { memory: "64Mi" } },
          },
        ],
      },
    },
  };
}

function scaler({ autoscaler }: Setting) {
  if (autoscaler === undefined) return [];
  const { kind, min, max } = autoscaler;
  return kind === "cpu"
    ? [
        {
          role: "autoscaler",
          type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
          spec: { minReplicas: min, maxReplicas: max },
        },
      ]
    : [
        {
          role: "scaled-object",
          type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
          spec: { minReplicaCount: min, maxReplicaCount: max },
        },
      ];
}

/** What a user wrote for a model from the Hub. */
export const written = (more: Json = {}, revision = REVISION): Json => ({
  model: { hf: { id: "acme/sentiment", revision } },
  ...more,
});
