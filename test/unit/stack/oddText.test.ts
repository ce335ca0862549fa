/** Text that only the build, the registry or the API server would refuse, or that means something else than it says. */
import { describe, expect, it } from "vitest";
import { GOOD, HUB, modelProblems, problemsWith } from "./stack";

const AT = "triton-bert:models.sentiment";
const registry = (repository: string) => problemsWith({ ...GOOD, registry: { generic: { repository } } });
const LONG = "a".repeat(300);

describe("the name of an image", () => {
  const right = [
    "localhost:5001",
    "localhost:5001/triton",
    "[::1]:5000/triton",
    "registry.example.com/a/b__c-d.e",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
  ];
  it.each(right)("takes %s for a registry", (repository) => expect(registry(repository)).toEqual([]));

  const wrong = [
    "host/a/../b",
    "host/-triton",
    "host//triton",
    "registry.example.com/Triton",
    "https://registry.example.com/triton",
    "registry.example.com/triton:1",
    "",
  ];
  it.each(wrong)("takes %j for none", (repository) => {
    const because = "must be host[:port]/path, without tag; write it such as registry.example.com/triton";
    expect(registry(repository)).toEqual([expect.stringContaining(because)]);
  });

  it("has a port that there is", () => {
    expect(registry("host:99999/triton")).toEqual([expect.stringContaining("has a port that is none")]);
    expect(registry("host:0/triton")).toEqual([expect.stringContaining("has a port that is none")]);
    expect(registry("host:65535/triton")).toEqual([]);
  });

  it("leaves room for the repository of a model", () => {
    expect(registry(`host/${LONG}`)).toEqual([expect.stringContaining("is longer than the 205 characters")]);
    expect(registry(`host/${"a".repeat(200)}`)).toEqual([]);
  });

  const images: [string, string, string[]][] = [
    ["build.base", "triton-bert:build.base", ["", "https://python:3.11", "My Image", `a@sha256:${"0".repeat(8)}`]],
    ["server.image.ref", `${AT}.server.image.ref`, ["", "My Image", "host/a:tag with blank", "host:99999/a"]],
    ["server.ngc.repository", `${AT}.server.ngc.repository`, ["https://nvcr.io/a", "nvcr.io/a:26.07", "NVCR/A"]],
  ];
  it.each(images)("%s has one", (option, path, wrongOnes) => {
    for (const text of wrongOnes) expect(said(option, text)).toEqual([expect.stringContaining(`${path} (got`)]);
  });

  it("may have tag and digest where it is an image", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    for (const text of ["python", "python:3.11-slim", `host:5000/a/b@${digest}`, `host/a:1.0_x@${digest}`]) {
      expect(said("build.base", text)).toEqual([]);
      expect(said("server.image.ref", text)).toEqual([]);
    }
  });

  function said(option: string, text: string): string[] {
    if (option === "build.base") return problemsWith({ ...GOOD, build: { base: text } });
    const server = option === "server.image.ref" ? { image: { ref: text } } : { ngc: { repository: text } };
    return modelProblems({ server });
  }
});

describe("what the API server would refuse", () => {
  const cases: [string, Record<string, unknown>, string][] = [
    [
      "a node's label",
      { placement: { nodeSelector: { "a b": "x" } } },
      `placement.nodeSelector["a b"] (got "a b"): must`,
    ],
    [
      "its value",
      { placement: { nodeSelector: { a: "x y" } } },
      `placement.nodeSelector.a (got "x y"): must be the value`,
    ],
    [
      "a taint",
      { placement: { tolerations: [{ key: "-a" }] } },
      `placement.tolerations[0].key (got "-a"): must be name`,
    ],
    [
      "a taint's value",
      { placement: { tolerations: [{ key: "a", value: "x/y" }] } },
      `placement.tolerations[0].value (got "x/y"): must be the value`,
    ],
    ["a place", { placement: { spread: [{ topologyKey: "a/b/c" }] } }, `placement.spread[0].topologyKey (got "a/b/c")`],
    [
      "an annotation",
      { service: { annotations: { "Up/a": "x" } } },
      `service.annotations["Up/a"] (got "Up/a"): must be`,
    ],
    [
      "a label of a monitor",
      { monitoring: { scrape: { podMonitor: { labels: { release: "a b" } } } } },
      `monitoring.scrape.podMonitor.labels.release (got "a b"): must be the value of a label`,
    ],
    [
      "a namespace",
      { service: { monitoringNamespace: "" } },
      `service.monitoringNamespace (got ""): must be a DNS label`,
    ],
    [
      "who calls",
      { service: { allowFrom: [{ namespace: "A" }] } },
      `service.allowFrom[0].namespace (got "A"): must be`,
    ],
    ["GPUs", { gpu: { type: "L4", spare: 1e12 } }, "gpu.spare (got 1000000000000): must be at most 16000"],
    [
      "memory",
      { resources: { memory: "999999999999999999999999Gi" } },
      `resources.memory (got "999999999999999999999999Gi"): is more than any node has (64Ti)`,
    ],
  ];
  it.each(cases)("is refused before: %s", (_, options, expected) => {
    expect(modelProblems(options)).toEqual([expect.stringContaining(`${AT}.${expected}`)]);
  });

  it("is not what it takes", () => {
    const placement = {
      nodeSelector: { "node.kubernetes.io/instance-type": "g6.xlarge", empty: "" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
    };
    const annotations = { "service.beta.kubernetes.io/aws-load-balancer-type": "anything at all, even: { this }" };
    expect(modelProblems({ placement, service: { annotations } })).toEqual([]);
  });

  it("nor what tells a stack's objects from another's", () => {
    const own = [
      { service: { annotations: { "triton-bert/stack": "x" } } },
      { monitoring: { dashboard: { annotations: { "pulumi.com/patchFieldManager": "x" } } } },
      { monitoring: { dashboard: { labels: { "app.kubernetes.io/instance": "x" } } } },
      { monitoring: { alerts: { labels: { "app.kubernetes.io/name": "x" } } } },
    ];
    const because = "is what this package tells its own objects by; leave it out, or choose another key";
    for (const options of own) expect(modelProblems(options)).toEqual([expect.stringContaining(because)]);
  });
});

describe("what fails much later, or never", () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ["no label", { labels: { inline: {} } }, "labels.inline: has no label; write class number: label"],
    ["a blank example", { examples: [{ text: " \n" }] }, `examples[0].text (got " \\n"): must not be empty`],
    ["too little shared memory", { shm: "1Mi" }, `shm (got "1Mi"): must be at least 64Mi`],
    [
      "an alert that always fires",
      { monitoring: { alerts: { queueTime: "0ms" } } },
      `monitoring.alerts.queueTime (got "0ms"): must be a time above zero`,
    ],
  ];
  it.each(cases)("is refused at once: %s", (_, options, expected) => {
    expect(modelProblems(options).join("\n")).toContain(`${AT}.${expected}`);
  });
});

describe("what YAML makes of text without quotes", () => {
  it("is told of a date", () => {
    const date = "2024-01-01 00:00:00 +0000 UTC";
    expect(modelProblems({ labels: { inline: { 0: date, 1: "later" } } })).toEqual([
      `${AT}.labels.inline.0 (got "${date}"): YAML has read a date; put it in quotes, such as "2024-01-01"`,
    ]);
    expect(modelProblems({ examples: [{ text: date, predicts: "a" }] })).toHaveLength(1);
  });

  it("is told of numbers that it may have changed", () => {
    const changed =
      "must be text, not a number; put it in quotes; without them YAML takes it for a number, and changes it";
    expect(modelProblems({ server: { ngc: { release: 24.1 } } })[0]).toContain(`release (got 24.1): ${changed}`);
    expect(modelProblems({ model: { hf: { id: "a/b", revision: 1.2e39 } } })[0]).toContain(changed);
    expect(modelProblems({ gpu: { type: "L4", driver: 580 } })[0]).not.toContain("changes it");
  });
});

describe("a secret that nothing reads", () => {
  const AND = "there is no such option, and a secret seems to stand there in plain text; take it out and change it";

  it("is told, and not shown", () => {
    const secret = "hf_s3cret";
    const found = [
      ...problemsWith({ ...GOOD, registry: { generic: { repository: "r.example/t", password: secret } } }),
      ...modelProblems({ model: { hf: { ...HUB.hf, token: secret } } }),
      ...modelProblems({ apiKey: secret }),
    ];
    expect(found).toHaveLength(3);
    for (const text of found) {
      expect(text).toContain(AND);
      expect(text).not.toContain(secret);
    }
  });

  it("is not every option that there is not", () => {
    expect(modelProblems({ tokenise: "x" })[0]).not.toContain("secret");
    expect(modelProblems({ apiKey: { a: 1 } })[0]).not.toContain("secret");
  });
});

it("a bound that is none itself is told as one", () => {
  expect(modelProblems({ qualityGate: { maxLogitDifference: 0 } })).toEqual([
    expect.stringContaining("(got 0): must be above 0; write a number, above 0, at most 1 ("),
  ]);
});
