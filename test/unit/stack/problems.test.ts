/** Each kind of mistake gets its path, value, reason and remedy; and all mistakes are told at once. */
import { describe, expect, it } from "vitest";
import { modelOptions } from "../../../components/options/modelOptions";
import { GOOD, HUB, modelProblems, problemsWith } from "./stack";

const AT = "triton-bert:models.sentiment";

describe("a right config", () => {
  it("has no problem", () => expect(problemsWith(GOOD)).toEqual([]));

  it("may hold keys of other namespaces, secret ones too", () => {
    expect(problemsWith({ ...GOOD, "aws:region": "eu-central-1", "triton-bert2:x": "y" }, ["aws:secretKey"])).toEqual(
      [],
    );
  });
});

describe("options of a model", () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ["unknown", { modle: {} }, `${AT}.modle: there is no such option; did you mean "model"?`],
    [
      "unknown, deeper",
      { serving: { maxLenght: 8 } },
      `${AT}.serving.maxLenght: there is no such option; did you mean "maxLength"?`,
    ],
    [
      "of another name",
      { service: { httpProxy: {} } },
      `${AT}.service.httpProxy: it has another name now; say gateway instead`,
    ],
    ["unknown choice", { model: { hff: {} } }, `${AT}.model.hff: there is no such option; did you mean "hf"?`],
    [
      "far from any",
      { serving: { zzz: 1 } },
      `${AT}.serving.zzz: there is no such option; use one of pipeline, maxBatchSize, maxLength, instances, runCosts`,
    ],
    ["neither", { server: {} }, `${AT}.server: none of ngc, image, pypi is set; set exactly one of ngc, image, pypi`],
    [
      "both",
      { server: { pypi: {}, ngc: {} } },
      `${AT}.server: pypi and ngc exclude each other; set exactly one of ngc, image, pypi`,
    ],
    [
      "number for text",
      { gpu: { type: "L4", driver: 580 } },
      `${AT}.gpu.driver (got 580): must be text, not a number; put it in quotes`,
    ],
    [
      "text for number",
      { replicas: "2" },
      `${AT}.replicas (got "2"): must be a number, not text; write it without quotes`,
    ],
    [
      "text for boolean",
      { server: { ngc: { allowInsecureRelease: "true" } } },
      `${AT}.server.ngc.allowInsecureRelease (got "true"): must be true or false, not text; write it without quotes`,
    ],
    [
      "map for list",
      { examples: {} },
      `${AT}.examples: must be a list, not a map; write a list, each item behind "- " (Texts with`,
    ],
    ["empty", { model: null }, `${AT}.model: must be a map, not empty; write a map with exactly one of hf, local`],
    ["fraction", { replicas: 2.5 }, `${AT}.replicas (got 2.5): must be a whole number; `],
    [
      "too big",
      { serving: { maxBatchSize: 65 } },
      `${AT}.serving.maxBatchSize (got 65): must be at most 64; use 1 to 64`,
    ],
    ["too small", { gpu: { type: "L4", spare: -1 } }, `${AT}.gpu.spare (got -1): must be at least 0; use 0 to 16000`],
    ["empty text", { examples: [{ text: "", predicts: "a" }] }, `${AT}.examples[0].text (got ""): must not be empty; `],
    [
      "missing",
      { examples: [{ text: "a" }] },
      `${AT}.examples[0].predicts: required, but not set; set it: With textClassification: the label it must get.`,
    ],
    [
      "enum",
      { image: { pin: "digets" } },
      `${AT}.image.pin (got "digets"): not one of the allowed values; did you mean "digest"?`,
    ],
    [
      "enum, far",
      { service: { type: "x" } },
      `${AT}.service.type (got "x"): not one of the allowed values; use one of ClusterIP, NodePort, LoadBalancer`,
    ],
    [
      "branch",
      { model: { hf: { id: "a/b", revision: "main" } } },
      `${AT}.model.hf.revision (got "main"): must be a full commit hash of 40 hex digits`,
    ],
    [
      "class number",
      { labels: { inline: { one: "a" } } },
      `${AT}.labels.inline.one (got "one"): must be a class number; `,
    ],
    [
      "odd key",
      { service: { annotations: { "a.b/c": 1 } } },
      `${AT}.service.annotations["a.b/c"] (got 1): must be text, not a number; put it in quotes`,
    ],
    [
      "range",
      { service: { allowFrom: [{ cidr: "10.0.0.0/33" }] } },
      `${AT}.service.allowFrom[0].cidr (got "10.0.0.0/33"): must be an address range`,
    ],
    [
      "zero target",
      { autoscaling: { podsMetric: { max: 2, target: "0ms" } } },
      `${AT}.autoscaling.podsMetric.target (got "0ms"): no target for the signal queueTime; write a time with its unit, such as 20ms`,
    ],
    [
      "taken name",
      { apiName: "model_onnx" },
      `${AT}.apiName (got "model_onnx"): the server's repository has a model of this name for its own use; `,
    ],
    [
      "scaled and fixed",
      { replicas: 3, autoscaling: { cpu: { max: 2 } } },
      `${AT}.replicas (got 3): autoscaling.cpu decides the number of pods; remove replicas`,
    ],
    [
      "max below min",
      { autoscaling: { podsMetric: { min: 3, max: 2 } } },
      `${AT}.autoscaling.podsMetric.max (got 2): less than min, 3; set autoscaling.podsMetric.max to 3 or more`,
    ],
    [
      "useless spare",
      { gpu: { type: "L4", count: 2, spare: 1 } },
      `${AT}.gpu.spare (got 1): a pod takes 2 GPUs, so a rollout could not use fewer; set it to 0, or to 2 or more`,
    ],
    [
      "two MIG slices",
      { gpu: { type: "A100-40GB", count: 2, resource: "nvidia.com/mig-1g.5gb" } },
      `${AT}.gpu.count (got 2): a process sees one MIG slice, however many its pod has; set it to 1, and run more replicas`,
    ],
    [
      "two turns on a shared GPU",
      { gpu: { type: "L4", count: 2, resource: "nvidia.com/gpu.shared" } },
      `${AT}.gpu.count (got 2): more turns on a shared GPU are no more of it; set it to 1`,
    ],
    [
      "a GPU by two ways",
      { gpu: { type: "L4", claimTemplate: "one-l4", resource: "nvidia.com/gpu" } },
      `${AT}.gpu.resource (got "nvidia.com/gpu"): ${AT}.gpu.claimTemplate gives the pods their GPUs, and this would give`,
    ],
    [
      "no extended resource",
      { gpu: { type: "L4", resource: "gpu" } },
      `${AT}.gpu.resource (got "gpu"): must be an extended resource's name; write domain/name, such as nvidia.com/gpu,`,
    ],
    [
      "another platform",
      { placement: { nodeSelector: { "kubernetes.io/arch": "arm64" } } },
      `${AT}.placement.nodeSelector["kubernetes.io/arch"] (got "arm64"): images are built for linux/amd64`,
    ],
    [
      "a login under its old name",
      { autoscaling: { keda: { max: 2, prometheus: "http://p:9090", authentication: { name: "a", modes: "basic" } } } },
      `${AT}.autoscaling.keda.authentication: it has another name now; say authenticationRef instead`,
    ],
    [
      "AMP without its region",
      {
        autoscaling: {
          keda: { max: 2, prometheus: "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1" },
        },
      },
      `${AT}.autoscaling.keda.awsRegion: questions to https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1 are`,
    ],
    [
      "signed by nobody",
      { autoscaling: { keda: { max: 2, prometheus: "http://p:9090", awsRegion: "eu-central-1" } } },
      `${AT}.autoscaling.keda.awsRegion (got "eu-central-1"): KEDA signs as who a TriggerAuthentication names`,
    ],
    [
      "signed and logged in",
      {
        autoscaling: {
          keda: {
            max: 2,
            prometheus: "http://p:9090",
            awsRegion: "eu-central-1",
            authenticationRef: { name: "a", modes: "basic" },
          },
        },
      },
      `${AT}.autoscaling.keda.authenticationRef.modes (got "basic"): a signed question has no other login; leave it out`,
    ],
    [
      "a header that KEDA would cut",
      { autoscaling: { keda: { max: 2, prometheus: "http://p:9090", customHeaders: { "X-Scope-OrgID": "a,b" } } } },
      `${AT}.autoscaling.keda.customHeaders.X-Scope-OrgID (got "a,b"): must be text without , and =`,
    ],
    [
      "a route's port for a host",
      { service: { route: { parent: { name: "a" }, hostnames: ["https://a.example:443"] } } },
      `${AT}.service.route.hostnames[0] (got "https://a.example:443"): must be a host name; write it in lower case`,
    ],
    [
      "costs of a run that nobody reads",
      { serving: { runCosts: { call: 64, tokens: 256 } }, gpu: { type: "L4" } },
      `${AT}.serving.runCosts: only the fused pipeline takes them, and this model has the ensemble; leave it out, or`,
    ],
    [
      "int8 on a GPU",
      { precision: "int8", serving: { pipeline: "fused" }, gpu: { type: "L4" } },
      `${AT}.precision (got "int8"): only the fused pipeline on a CPU has an int8 graph, and not with Triton before 24.06; set it to fp32, or`,
    ],
    [
      "a pipeline that answers later than the release lets it",
      { serving: { pipeline: "fused" }, server: { ngc: { release: "24.05", allowInsecureRelease: true } } },
      `${AT}.serving.pipeline (got "fused"): it takes 24.06 or later, and server.ngc.release is 24.05; leave it out, or`,
    ],
    [
      "two names of a GPU",
      { gpu: { type: "L4", computeCapability: "8.9" } },
      `${AT}.gpu: type and computeCapability exclude each other; set exactly one of type, computeCapability`,
    ],
    [
      "int8 in the ensemble",
      { precision: "int8", server: { pypi: {} }, serving: { pipeline: "ensemble" } },
      `${AT}.precision (got "int8"): only the fused pipeline on a CPU has an int8 graph, and not with Triton before 24.06; set it to fp32, or`,
    ],
    [
      "a text larger than its request",
      { serving: { limits: { textBytes: 8192, requestBytes: 4096 } } },
      `${AT}.serving.limits.textBytes (got 8192): more than a whole request may have, 4096; lower it, or raise`,
    ],
    [
      "a wait that a stop cuts short",
      { serving: { limits: { waitSeconds: 30 } } },
      `${AT}.serving.limits.waitSeconds (got 30): a stopping pod ends after 25 seconds`,
    ],
    [
      "fused several times",
      { serving: { pipeline: "fused", instances: 2 }, server: { pypi: {} } },
      `${AT}.serving.instances (got 2): the fused pipeline is here one process that uses all cores; leave it out`,
    ],
    [
      "Exists with value",
      { placement: { tolerations: [{ key: "a", operator: "Exists", value: "1" }] } },
      `${AT}.placement.tolerations[0]: operator Exists takes no value; `,
    ],
    [
      "Equal without key",
      { placement: { tolerations: [{ value: "1" }] } },
      `${AT}.placement.tolerations[0]: operator Equal needs a key; `,
    ],
    [
      "label",
      { labels: { inline: { 0: "positive" } }, examples: [{ text: "a", predicts: "positve" }] },
      `${AT}.examples[0].predicts (got "positve"): no class of labels.inline has this label; did you mean "positive"?`,
    ],
    [
      "task by its old name",
      { task: "text-classification" },
      `${AT}.task (got "text-classification"): must be a map, not text; write { textClassification: {} } or {`,
    ],
    [
      "two tasks",
      { task: { textClassification: {}, multiLabelClassification: {} } },
      `${AT}.task: textClassification and multiLabelClassification exclude each other; set exactly one of`,
    ],
    [
      "threshold of one label alone",
      { task: { textClassification: { threshold: 0.5 } } },
      `${AT}.task.textClassification.threshold: there is no such option; `,
    ],
    [
      "threshold that no score is above",
      { task: { multiLabelClassification: { threshold: 1.5 } } },
      `${AT}.task.multiLabelClassification.threshold (got 1.5): must be at most 1; use 0 to 1`,
    ],
    [
      "thresholds under threshold",
      { task: { multiLabelClassification: { threshold: { toxic: 0.5 } } } },
      `${AT}.task.multiLabelClassification.threshold: must be a number, not a map; `,
    ],
    [
      "threshold of an unknown label",
      {
        task: { multiLabelClassification: { thresholds: { toxc: 0.5 } } },
        labels: { inline: { 0: "toxic", 1: "insult" } },
      },
      `${AT}.task.multiLabelClassification.thresholds.toxc (got "toxc"): no class of labels.inline has this label; did you mean "toxic"? the labels are toxic, insult`,
    ],
    [
      "labels for one label",
      { examples: [{ text: "a", labels: ["b"] }] },
      `${AT}.examples[0].labels: task.textClassification answers with one label; write it under predicts instead`,
    ],
    [
      "a list for one label",
      { examples: [{ text: "a", predicts: ["b"] }] },
      `${AT}.examples[0].predicts: must be text, not a list; write one label; a list of them goes under labels`,
    ],
    [
      "one label for several",
      { task: { multiLabelClassification: {} }, examples: [{ text: "a", predicts: "b" }] },
      `${AT}.examples[0].predicts (got "b"): task.multiLabelClassification answers with a list of labels; write it under labels`,
    ],
    [
      "no labels at all",
      { task: { multiLabelClassification: {} }, examples: [{ text: "a" }] },
      `${AT}.examples[0].labels: required, but not set; set it: With multiLabelClassification: all labels`,
    ],
    [
      "score of none",
      { task: { multiLabelClassification: {} }, examples: [{ text: "a", labels: [], minScore: 0.5 }] },
      `${AT}.examples[0].minScore (got 0.5): labels is empty, so there is no score to look at; remove it`,
    ],
    [
      "label of an example with several",
      {
        task: { multiLabelClassification: {} },
        labels: { inline: { 0: "a", 1: "b" } },
        examples: [{ text: "x", labels: ["a", "c"] }],
      },
      `${AT}.examples[0].labels[1] (got "c"): no class of labels.inline has this label; `,
    ],
    [
      "two answers of several labels to one text",
      {
        task: { multiLabelClassification: {} },
        examples: [
          { text: "a", labels: ["x", "y"] },
          { text: "a", labels: ["y", "x"] },
          { text: "a", labels: [] },
        ],
      },
      `${AT}.examples[2].labels: examples[0] has the same text and labels ["x","y"]; keep the one`,
    ],
    [
      "gap in labels",
      { labels: { inline: { 0: "a", 2: "b" } } },
      `${AT}.labels.inline: has labels of the classes 0, 2, and none of class 1; number the classes 0 to 1, without gaps`,
    ],
    [
      "twin labels",
      { labels: { inline: { 0: "a", 1: "b", 2: "a" } } },
      `${AT}.labels.inline.2 (got "a"): class 0 has the same label, so an answer would not say which it is; give each`,
    ],
    [
      "two answers to one text",
      {
        examples: [
          { text: "a", predicts: "x" },
          { text: "a", predicts: "y" },
          { text: "a", predicts: "x" },
        ],
      },
      `${AT}.examples[1].predicts (got "y"): examples[0] has the same text and predicts "x"; keep the one`,
    ],
    [
      "no gate at all",
      { qualityGate: { maxLogitDifference: 0 } },
      `${AT}.qualityGate.maxLogitDifference (got 0): must be above 0; write a number, above 0, at most 1`,
    ],
    [
      "words for a number",
      { serving: { instances: "two" } },
      `${AT}.serving.instances (got "two"): must be a number, not text; write a whole number, 1 to 16`,
    ],
    [
      "absolute path",
      { tokenizer: { local: { path: "/models/a" } } },
      `${AT}.tokenizer.local.path (got "/models/a"): an absolute path means other files on another machine; `,
    ],
    [
      "credential",
      { model: { hf: { ...HUB.hf, credential: "hf-red" } } },
      `${AT}.model.hf.credential (got "hf-red"): no entry of credentials has this name; to add one, store each field of { token } with: pulumi config set --secret --path`,
    ],
  ];
  it.each(cases)("%s", (_, options, expected) => {
    const problems = modelProblems(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, expected.length)).toBe(expected);
  });

  it("end in a remedy that says what to write, for every option that is a list where none belongs", () => {
    const fields = Object.keys(modelOptions.shape);
    const problems = modelProblems(Object.fromEntries(fields.map((field) => [field, [[]]])));
    expect(problems.length).toBeGreaterThanOrEqual(fields.length);
    for (const problem of problems) expect(problem).toMatch(/; (write|use|choose|set) \S/);
  });

  it("does not count a fixed number beside `none` as a contradiction", () => {
    expect(modelProblems({ replicas: 3, autoscaling: { none: {} } })).toEqual([]);
  });
});

describe("keys of the stack", () => {
  const EXAMPLE =
    "add one, such as  triton-bert:models: { sentiment: { model: { local: { path: models/sentiment } } } }";
  const { models } = GOOD;
  const cases: [string, Record<string, unknown>, string[]][] = [
    [
      "nothing",
      {},
      ["triton-bert:cluster: required", "triton-bert:registry: required", "triton-bert:models: no model is named"],
    ],
    ["no models", { ...GOOD, models: {} }, [`triton-bert:models: no model is named; ${EXAMPLE}`]],
    ["models unsaid", { ...GOOD, models: null }, [`triton-bert:models: must be a map; ${EXAMPLE}`]],
    [
      "misspelt namespace",
      { ...GOOD, "triton-brt:models": { sentiment: {} } },
      ['triton-brt:models: nothing reads the namespace "triton-brt"; did you mean "triton-bert:models"?'],
    ],
    [
      "no address",
      { ...GOOD, build: { packageIndex: "x" } },
      [
        'triton-bert:build.packageIndex (got "x"): must be an address such as https://host/path; write the whole address',
      ],
    ],
    ["misspelt", { ...GOOD, modles: {} }, ['triton-bert:modles: there is no such option; did you mean "models"?']],
    ["no map", { ...GOOD, build: "x" }, ["triton-bert:build: must be a map"]],
    ["namespace", { ...GOOD, namespace: "A_b" }, ['triton-bert:namespace (got "A_b"): must be a DNS label']],
    [
      "registry",
      { ...GOOD, registry: { generic: { repository: "a/b:latest" } } },
      ['triton-bert:registry.generic.repository (got "a/b:latest"): must be host[:port]/path, without tag'],
    ],
    [
      "half a login",
      { ...GOOD, registry: { generic: { repository: "a/b", username: "u" } } },
      [
        'triton-bert:registry.generic.username (got "u"): no credential is named, and a login needs both; name one under',
      ],
    ],
    [
      "registry by its old names",
      { ...GOOD, registry: { repository: "a/b", username: "u", credential: "c" } },
      ["repository", "username", "credential"].map(
        (name) => `triton-bert:registry.${name}: it has another name now; say generic.${name} instead`,
      ),
    ],
    [
      "absolute CA",
      { ...GOOD, build: { ca: "/etc/ca.pem" } },
      ['triton-bert:build.ca (got "/etc/ca.pem"): an absolute path'],
    ],
    [
      "key of a model",
      { ...GOOD, models: { Sentiment: { model: HUB } } },
      [
        'triton-bert:models.Sentiment (got "Sentiment"): must start with a lower-case letter, end with one or a digit, and have only these and - between; at most 40 characters; choose a key such as sentiment',
      ],
    ],
    ["no options", { ...GOOD, models: { a: 3 } }, ["triton-bert:models.a (got 3): must be a map, not a number"]],
    [
      "metrics Service",
      { ...GOOD, models: { a: { model: HUB }, "a-metrics": { model: HUB } } },
      ['triton-bert:models.a-metrics: its Service "a-metrics" would have the name of a Service of models.a'],
    ],
    [
      "prefixed",
      { ...GOOD, namePrefix: "x-", models: { a: { model: HUB }, "a-metrics": { model: HUB } } },
      ['triton-bert:models.a-metrics: its Service "x-a-metrics" would'],
    ],
    [
      "in defaults",
      { ...GOOD, defaults: { servr: {} } },
      ['triton-bert:defaults.servr: there is no such option; did you mean "server"?'],
    ],
    [
      "nothing to unset",
      { ...GOOD, defaults: { serving: null } },
      [
        "triton-bert:defaults.serving: must be a map, not empty; write a map with pipeline?, maxBatchSize?, maxLength?, instances?, runCosts?, limits?, or leave it out",
      ],
    ],
    [
      "half a choice",
      {
        ...GOOD,
        defaults: { server: { ngc: { allowInsecureRelease: 1 } } },
        models: { sentiment: { ...models.sentiment, server: { ngc: { allowInsecureRelease: 2 } } } },
      },
      [`${AT}.server.ngc.allowInsecureRelease (got 2): must be true or false`],
    ],
    [
      "half a group",
      { ...GOOD, defaults: { gpu: { driver: "580" } } },
      ["triton-bert:defaults.gpu: none of type, computeCapability"],
    ],
    [
      "the model's half",
      {
        ...GOOD,
        defaults: { serving: { instances: 2 } },
        models: { sentiment: { ...models.sentiment, serving: { maxLength: 1 } } },
      },
      [`${AT}.serving.maxLength (got 1): must be at least 8`],
    ],
  ];
  it.each(cases)("%s", (_, keys, expected) => {
    const problems = problemsWith(keys);
    expect(problems.map((problem, index) => problem.slice(0, expected[index]?.length))).toEqual(expected);
  });

  it("tells a mistake in `defaults` once, however many models there are", () => {
    const many = { a: { model: HUB }, b: { model: HUB }, c: { model: HUB } };
    expect(problemsWith({ ...GOOD, models: many, defaults: { replicas: 0 } })).toEqual([
      "triton-bert:defaults.replicas (got 0): must be at least 1; use 1 to 1000",
    ]);
  });
});

it("tells everything at once: every stage, every model, several mistakes in one", () => {
  const problems = problemsWith({
    registry: { generic: { repository: "a/b:c", credential: "robot" } },
    wrong: {},
    models: {
      one: {
        model: { hf: { id: "a b", revision: "main" }, local: { path: "x" } },
        replicas: 2,
        autoscaling: { cpu: { max: 1, mx: 2 } },
      },
      two: { model: HUB, apiName: "post_processing", shm: "1", gpu: { type: "L4", count: 4, spare: 2 } },
    },
  });
  expect(problems.map((problem) => problem.split(/[ :]/).slice(0, 2).join(":"))).toEqual([
    "triton-bert:wrong",
    "triton-bert:cluster",
    "triton-bert:registry.generic.repository",
    "triton-bert:models.one.model.hf.id",
    "triton-bert:models.one.model.hf.revision",
    "triton-bert:models.one.autoscaling.cpu.mx",
    "triton-bert:models.one.model",
    "triton-bert:models.two.shm",
    "triton-bert:models.two.apiName",
    "triton-bert:models.two.gpu.spare",
  ]);
});
