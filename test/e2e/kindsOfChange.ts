/** Kinds of change that come up in reviews, each as a model before and after it. What each moves is written in
 *  kindsOfChange.golden.yaml. */
import type { ModelOptions } from "../../components/options/modelOptions";
import { classifier, stackFile } from "./support";

export interface Kind {
  readonly name: string;
  /** Undefined: the model is not there. */
  readonly before: ModelOptions | undefined;
  readonly after: ModelOptions | undefined;
}

const base = (): ModelOptions => classifier({ serving: { maxLength: 512 } });
/** A kind of change of a model like all others. */
const change = (name: string, after: Partial<ModelOptions>): Kind => between(name, {}, after);
const between = (name: string, before: Partial<ModelOptions>, after: Partial<ModelOptions>): Kind => ({
  name,
  before: { ...base(), ...before },
  after: { ...base(), ...after },
});

const hub = (id: string, digit: string) => ({ hf: { id, revision: digit.repeat(40) } });
const onGpu = (type: string, release = "26.08") => ({ gpu: { type }, server: { ngc: { release } } });
const keda = { keda: { max: 3, prometheus: "http://prometheus.monitoring:9090" } };
const reversed = <T extends object>(map: T): T => Object.fromEntries(Object.entries(map).reverse()) as T;

export const KINDS: readonly Kind[] = [
  { name: "nothing", before: base(), after: base() },
  { name: "order-of-keys", before: base(), after: reversed(base()) },
  { name: "added", before: undefined, after: base() },
  { name: "removed", before: base(), after: undefined },
  between("revision", { model: hub("acme/a", "a") }, { model: hub("acme/a", "b") }),
  change("source", { model: hub("acme/a", "a") }),
  change("tokenizer", { tokenizer: hub("acme/words", "a") }),
  between("labels", { examples: [] }, { examples: [], labels: { inline: { 0: "bad", 1: "good" } } }),
  between("task", { examples: [] }, { examples: [], task: { multiLabelClassification: {} } }),
  change("max-batch-size", { serving: { maxLength: 512, maxBatchSize: 8 } }),
  change("max-length", { serving: { maxLength: 128 } }),
  change("pipeline", { serving: { maxLength: 512, pipeline: "ensemble" } }),
  change("precision", { precision: "int8" }),
  change("examples", { examples: [{ text: "I love it", predicts: "positive", minScore: 0.7 }] }),
  change("quality-gate", { qualityGate: { maxLogitDifference: 0.01 } }),
  change("limits", { serving: { maxLength: 512, limits: { requestBytes: 2_097_152 } } }),
  change("api-name", { apiName: "sentiment" }),
  change("tag", { tag: "v2" }),
  change("server", { server: { ngc: {} } }),
  between("server-release", onGpu("L4", "26.07"), onGpu("L4", "26.08")),
  between("cpu-to-gpu", { server: { ngc: { release: "26.08" } } }, onGpu("L4")),
  between("gpu-type", onGpu("L4"), onGpu("A100-40GB")),
  between("gpu-count", onGpu("L4"), { ...onGpu("L4"), gpu: { type: "L4", count: 2 } }),
  change("replicas", { replicas: 2 }),
  change("to-an-autoscaler", { autoscaling: { cpu: { max: 3 } } }),
  between("to-another-autoscaler", { autoscaling: { cpu: { max: 3 } } }, { autoscaling: keda }),
  change("resources", { resources: { cpu: 2, memory: "2Gi" } }),
  change("shm", { shm: "512Mi" }),
  change("service-type", { service: { type: "ClusterIP" } }),
  change("monitoring", { monitoring: { scrape: { annotations: {} } } }),
];

/** What a stack says once, for its only model `only`. */
export const STACK: Readonly<Record<"before" | "namespace" | "name-prefix" | "registry" | "another-key", string>> = {
  before: stackFile({ only: base() }),
  namespace: stackFile({ only: base() }, { namespace: "default" }),
  "name-prefix": stackFile({ only: base() }, { namePrefix: "team-" }),
  registry: stackFile({ only: base() }).replace("localhost:5001/e2e", "localhost:5001/moved"),
  "another-key": stackFile({ other: base() }),
};
