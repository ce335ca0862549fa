/** What is said of the images, and what it moves. */
import { REVISION } from "../image/world";
import type { Row } from "./args";

const hub = (more: object = {}) => ({ hf: { id: "acme/sentiment", revision: REVISION, ...more } });
const revision = REVISION.replace("7", "8");
const local = (path: string) => ({ local: { path } });
const int8 = (qualityGate: object = {}) => ({ precision: "int8", qualityGate });
const example = (more: object) => ({ examples: [{ text: "fine", predicts: "positive", minScore: 0.5, ...more }] });
const several = (options: object = {}, more: object = {}) => ({ task: { multiLabelClassification: options }, ...more });
const severalExpected = (label: string) => several({}, { examples: [{ text: "fine", labels: [label] }] });
const credentials = { hf: { token: "secret" } };

export const imageRows: readonly Row[] = [
  [
    "model.hf.id",
    { model: hub() },
    { model: hub({ id: "acme/other" }) },
    ["model context: spec.json.model.hf.id", "model tag", "pod: metadata.annotations.triton-bert/model", "server tag"],
  ],
  [
    "model.hf.revision",
    { model: hub() },
    { model: hub({ revision }) },
    [
      "model context: spec.json.model.hf.revision",
      "model tag",
      "pod: metadata.annotations.triton-bert/model",
      "server tag",
    ],
  ],
  [
    "model.hf.credential",
    { credentials, model: hub() },
    { credentials, model: hub({ credential: "hf" }) },
    ["model-image: build.args.MODEL_CREDENTIAL"],
  ],
  [
    "model.local.path",
    {},
    { model: local("models/other") },
    [
      "model context: sources/model/model.safetensors",
      "model context: sources/model/tokenizer",
      "model tag",
      "pod: metadata.annotations.triton-bert/model",
      "server tag",
    ],
  ],
  [
    "tokenizer.hf.id",
    { tokenizer: hub() },
    { tokenizer: hub({ id: "acme/other" }) },
    [
      "model context: spec.json.tokenizer.hf.id",
      "model tag",
      "pod: metadata.annotations.triton-bert/tokenizer",
      "server tag",
    ],
  ],
  [
    "tokenizer.hf.revision",
    { tokenizer: hub() },
    { tokenizer: hub({ revision }) },
    [
      "model context: spec.json.tokenizer.hf.revision",
      "model tag",
      "pod: metadata.annotations.triton-bert/tokenizer",
      "server tag",
    ],
  ],
  [
    "tokenizer.hf.credential",
    { credentials, tokenizer: hub() },
    { credentials, tokenizer: hub({ credential: "hf" }) },
    ["model-image: build.args.TOKENIZER_CREDENTIAL"],
  ],
  [
    "tokenizer.local.path",
    { tokenizer: local("models/emotion") },
    { tokenizer: local("models/other") },
    [
      "model context: sources/tokenizer/model.safetensors",
      "model context: sources/tokenizer/tokenizer",
      "model tag",
      "pod: metadata.annotations.triton-bert/tokenizer",
      "server tag",
    ],
  ],
  [
    "labels.inline",
    { labels: { inline: { 0: "a", 1: "b" } } },
    { labels: { inline: { 0: "a", 1: "c" } } },
    ["server context: spec.json.labels.1", "server tag"],
  ],
  [
    "labels.file",
    {},
    { labels: { file: "labels.json" } },
    [
      "server context: spec.json.labels",
      "server context: spec.json.labels.0",
      "server context: spec.json.labels.1",
      "server tag",
    ],
  ],
  [
    "renamedFrom",
    {},
    { renamedFrom: "mood" },
    [
      "after up: reference",
      "all objects: metadata.labels.app.kubernetes.io/instance",
      "all objects: metadata.name",
      "all objects: name",
      "deployment: dependsOn",
      "deployment: spec.selector.matchLabels.app.kubernetes.io/instance",
      "disruption-budget: spec.selector.matchLabels.app.kubernetes.io/instance",
      "metrics-service: spec.selector.app.kubernetes.io/instance",
      "model tag",
      "model-image: build.context",
      "model-image: build.dockerfile",
      "network-policy: spec.podSelector.matchLabels.app.kubernetes.io/instance",
      "output: endpoints.grpc",
      "output: endpoints.http",
      "output: endpoints.metrics",
      "output: imageDigest",
      "output: modelNames.0",
      "output: url",
      "pod: metadata.labels.app.kubernetes.io/instance",
      "pod: spec.serviceAccountName",
      "server context: spec.json.apiName",
      "server tag",
      "server-image: build.args.GRAPH_MODEL",
      "server-image: build.args.MODEL_IMAGE",
      "server-image: build.context",
      "server-image: build.dockerfile",
      "server-image: dependsOn",
      "service: spec.selector.app.kubernetes.io/instance",
      "warning: mood: sentiment.server: Triton 2.51.0 (24.10) from PyPI is f…",
      "warning: mood: sentiment: up can't tell what keeps pods from starting…",
      "warning: sentiment: sentiment.server: Triton 2.51.0 (24.10) from PyPI…",
      "warning: sentiment: sentiment: up can't tell what keeps pods from sta…",
    ],
  ],
  [
    "apiName",
    {},
    { apiName: "ensemble_model" },
    [
      "output: modelNames.0",
      "output: url",
      "server context: spec.json.apiName",
      "server tag",
      "server-image: build.args.GRAPH_MODEL",
    ],
  ],
  [
    "task",
    {},
    several(),
    [
      "model context: spec.json.task",
      "model tag",
      "server context: spec.json.task.multiLabelClassification",
      "server context: spec.json.task.textClassification",
      "server tag",
    ],
  ],
  [
    "task.textClassification.probabilities",
    {},
    { task: { textClassification: { probabilities: true } } },
    ["server context: spec.json.task.textClassification.probabilities", "server tag"],
  ],
  [
    "task.multiLabelClassification.threshold",
    several(),
    several({ threshold: 0.4 }),
    ["server context: spec.json.task.multiLabelClassification.threshold", "server tag"],
  ],
  [
    "task.multiLabelClassification.threshold",
    several({}, int8()),
    several({ threshold: 0.4 }, int8()),
    [
      "server context: gate/decision.json",
      "server context: spec.json.task.multiLabelClassification.threshold",
      "server tag",
    ],
  ],
  [
    "task.multiLabelClassification.thresholds",
    several({ thresholds: { a: 0.4 } }),
    several({ thresholds: { a: 0.6 } }),
    ["server context: spec.json.task.multiLabelClassification.thresholds.a", "server tag"],
  ],
  [
    "task.multiLabelClassification.probabilities",
    several({}, int8()),
    several({ probabilities: true }, int8()),
    ["server context: spec.json.task.multiLabelClassification.probabilities", "server tag"],
  ],
  ["tag", {}, { tag: "v2" }, ["server tag"]],
  [
    "qualityGate.maxLogitDifference",
    {},
    { qualityGate: { maxLogitDifference: 0.01 } },
    ["model context: spec.json.qualityGate.maxLogitDifference", "model tag", "server tag"],
  ],
  [
    "qualityGate.labelAgreement",
    int8(),
    int8({ labelAgreement: 0.9 }),
    ["server tag", "server-image: build.args.LABEL_AGREEMENT"],
  ],
  ["qualityGate.texts", int8(), int8({ texts: "texts.txt" }), ["server context: gate/texts.txt", "server tag"]],
  [
    "examples[].text",
    example({}),
    example({ text: "awful" }),
    ["server context: spec.json.examples.0.text", "server tag"],
  ],
  [
    "examples[].predicts",
    example({}),
    example({ predicts: "negative" }),
    ["server context: spec.json.examples.0.predicts", "server tag"],
  ],
  [
    "examples[].labels",
    severalExpected("a"),
    severalExpected("b"),
    ["server context: spec.json.examples.0.labels.0", "server tag"],
  ],
  [
    "examples[].minScore",
    example({}),
    example({ minScore: 0.9 }),
    ["server context: spec.json.examples.0.minScore", "server tag"],
  ],
  ["image.pin", {}, { image: { pin: "digest" } }, ["pod: gateway.image", "pod: triton.image"]],
];
