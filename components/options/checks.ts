/** What no single option can be blamed for: options that contradict each other, and names that collide. In: what parsed of
 *  a model (after a mistake elsewhere in it, that is a part), and what the stack offers. Out: problems. Pure; what needs
 *  files, facts or the cluster is asked of the rooms, in readStack.ts. */
import { isAbsolute } from "node:path";
import { labelProblems } from "../image/labels";
import { scalerOf } from "../kubernetes/scaling/options";
import { SIGNALS, type SignalName } from "../kubernetes/scaling/signals";
import { limitProblems } from "../server/limits";
import { decided } from "../server/pipeline";
import { wireContract } from "../shared/contract";
import { didYouMean } from "../shared/didYouMean";
import { objectNames } from "../shared/names";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import type { ModelSpec } from "./modelOptions";
import { nearestOf, shown } from "./validate";

const ADD_CREDENTIAL =
  "store the token with: pulumi config set --secret --path 'triton-bert:credentials.<name>'; write its name here";

type Checked = Partial<ModelSpec>;

/** All contradictions inside one model. */
export function modelChecks(key: string, spec: Checked, credentials: readonly string[] | undefined) {
  return [
    ...apiNameChecks(key, spec),
    ...scalingChecks(spec),
    ...gpuChecks(spec),
    ...tolerationChecks(spec),
    ...labelChecks(spec),
    ...exampleChecks(spec),
    ...pipelineChecks(spec),
    ...(spec.serving && spec.rollout ? limitProblems(spec.serving, spec.rollout) : []),
    ...relativeCheck(spec.model?.local?.path, ["model", "local", "path"]),
    ...relativeCheck(spec.tokenizer?.local?.path, ["tokenizer", "local", "path"]),
    ...relativeCheck(spec.labels?.file, ["labels", "file"]),
    ...relativeCheck(spec.qualityGate?.texts, ["qualityGate", "texts"]),
    ...(["model", "tokenizer"] as const).flatMap((source) =>
      credentialCheck(spec[source]?.hf?.credential, credentials, [source, "hf", "credential"]),
    ),
  ];
}

/** A name that `credentials` does not hold. `credentials` is undefined where it could not be read. */
export function credentialCheck(
  name: string | undefined,
  credentials: readonly string[] | undefined,
  at: Path,
): Problem[] {
  if (name === undefined || credentials === undefined || credentials.includes(name)) return [];
  const nearest = didYouMean(name, credentials);
  const remedy = nearest === undefined ? ADD_CREDENTIAL : `did you mean "${nearest}"?`;
  return [{ path: at, got: shown(name, at), because: "no entry of credentials has this name", remedy }];
}

/** A path of one machine in a config for all machines. */
export function relativeCheck(file: string | undefined, at: Path): Problem[] {
  if (file === undefined || !isAbsolute(file)) return [];
  const because = "an absolute path means other files on another machine";
  return [{ path: at, got: file, because, remedy: "name it relative to the folder of Pulumi.yaml" }];
}

/** Two models whose Kubernetes objects would have the same name; both parties are named. `services`: key → the key that
 *  names its objects, which is another one after a rename. */
export function nameCollisions(services: Readonly<Record<string, string>>, prefix: string): Problem[] {
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [key, service] of Object.entries(services)) {
    for (const name of Object.values(objectNames(service, prefix))) {
      const other = taken.get(name);
      taken.set(name, key);
      if (other === undefined) continue;
      const because = `its Service "${name}" would have the name of a Service of models.${other}`;
      problems.push({ path: [key], because, remedy: `choose another key than "${key}" or "${other}"` });
    }
  }
  return problems;
}

function apiNameChecks(key: string, { apiName, renamedFrom }: Checked): Problem[] {
  const name = apiName ?? renamedFrom ?? key;
  const taken = Object.values(wireContract().roles);
  if (!taken.includes(name)) return [];
  const because = "the server's repository has a model of this name for its own use";
  return [{ path: ["apiName"], got: name, because, remedy: `choose a name other than ${taken.join(", ")}` }];
}

function scalingChecks({ autoscaling, replicas }: Checked): Problem[] {
  const asked = autoscaling && scalerOf(autoscaling);
  if (!asked) return [];
  const { kind, scaler } = asked;
  return [...boundsChecks(kind, scaler, replicas), ...targetChecks(kind, scaler)];
}

/** What the kinds of autoscalers have between them. */
interface Scaler {
  readonly min: number;
  readonly max: number;
  readonly fallbackReplicas?: number | undefined;
  readonly signal?: SignalName | undefined;
  readonly target?: string | undefined;
}

function boundsChecks(kind: string, { min, max, fallbackReplicas }: Scaler, replicas: number | undefined): Problem[] {
  const problems: Problem[] = [];
  if (max < min) {
    const because = `less than min, ${min}`;
    const remedy = `set autoscaling.${kind}.max to ${min} or more`;
    problems.push({ path: ["autoscaling", kind, "max"], got: max, because, remedy });
  }
  if (fallbackReplicas !== undefined && fallbackReplicas > Math.max(min, max)) {
    const because = `more than max, ${max}`;
    const remedy = `set it to ${max} or less, or raise max`;
    problems.push({ path: ["autoscaling", kind, "fallbackReplicas"], got: fallbackReplicas, because, remedy });
  }
  if (replicas !== undefined) {
    const because = `autoscaling.${kind} decides the number of pods`;
    const remedy = `remove replicas and set autoscaling.${kind}.min, or remove autoscaling`;
    problems.push({ path: ["replicas"], got: replicas, because, remedy });
  }
  return problems;
}

/** A target has the unit of its signal. */
function targetChecks(kind: string, { signal, target }: Scaler): Problem[] {
  if (signal === undefined || target === undefined || SIGNALS[signal].target.pattern.test(target)) return [];
  const { remedy } = SIGNALS[signal].target;
  const because = `no target for the signal ${signal}`;
  return [{ path: ["autoscaling", kind, "target"], got: target, because, remedy }];
}

function gpuChecks({ gpu }: Checked): Problem[] {
  if (!gpu || gpu.spare === 0 || gpu.spare >= gpu.count) return [];
  const because = `a pod takes ${gpu.count} GPUs, so a rollout could not use fewer`;
  return [{ path: ["gpu", "spare"], got: gpu.spare, because, remedy: `set it to 0, or to ${gpu.count} or more` }];
}

/** What a pipeline cannot be joined with. A server that is not said, or could not be read, blames nothing. */
function pipelineChecks({ serving, server, precision }: Checked): Problem[] {
  if (!serving || !server) return [];
  const { pipeline, inProcess } = decided({ server, serving });
  const problems: Problem[] = [];
  if (inProcess && serving.instances > 1) {
    const because = "the fused pipeline is here one process that uses all cores";
    const remedy = "leave it out, or set serving.pipeline to ensemble";
    problems.push({ path: ["serving", "instances"], got: serving.instances, because, remedy });
  }
  if (serving.runCosts && pipeline !== "fused") {
    const because = "only the fused pipeline forms batches itself, and this model has the ensemble";
    const remedy = "leave it out, or set serving.pipeline to fused";
    problems.push({ path: ["serving", "runCosts"], because, remedy });
  }
  if (precision === "int8" && !inProcess) {
    const because = "only the fused pipeline of server.pypi has an int8 graph";
    const remedy = "set it to fp32, or server to { pypi: {} } and serving.pipeline to fused";
    problems.push({ path: ["precision"], got: precision, because, remedy });
  }
  return problems;
}

/** Kubernetes, "Taints and Tolerations": what the API server would refuse half way through a deploy. */
function tolerationChecks({ placement }: Checked): Problem[] {
  return (placement?.tolerations ?? []).flatMap(({ operator, key, value }, index) => {
    const where = ["placement", "tolerations", index];
    if (operator === "Exists" && value !== undefined)
      return [
        { path: where, because: "operator Exists takes no value", remedy: "remove value, or set operator to Equal" },
      ];
    if (operator === "Equal" && key === undefined)
      return [
        {
          path: where,
          because: "operator Equal needs a key",
          remedy: "set key, or set operator to Exists for all taints",
        },
      ];
    return [];
  });
}

function labelChecks({ labels, examples }: Checked): Problem[] {
  if (!labels?.inline) return [];
  const known = Object.values(labels.inline);
  const wrong = labelProblems(labels.inline, (path) => ["labels", "inline", ...path]);
  const unknown = (examples ?? []).flatMap(({ predicts }, index) => {
    if (known.includes(predicts)) return [];
    const remedy = nearestOf(predicts, known);
    const where = ["examples", index, "predicts"];
    return [{ path: where, got: predicts, because: "no class of labels.inline has this label", remedy }];
  });
  return [...wrong, ...unknown];
}

/** One text has one answer. */
function exampleChecks({ examples = [] }: Checked): Problem[] {
  return examples.flatMap(({ text, predicts }, index) => {
    const first = examples.findIndex((other) => other.text === text);
    const other = examples[first]?.predicts;
    if (other === predicts) return [];
    const because = `examples[${first}] has the same text and predicts ${JSON.stringify(other)}`;
    const remedy = "keep the one whose answer is right";
    return [{ path: ["examples", index, "predicts"], got: predicts, because, remedy }];
  });
}
