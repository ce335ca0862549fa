import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { type Fields, fieldProblems, TEMPLATE } from "../../../components/kubernetes/podFields";
import { deploymentArgs } from "../../../components/kubernetes/workload";
import { told } from "../told";
import { input } from "./world";

const problems = (patch: Fields) =>
  told(fieldProblems(patch, ["podOverrides"], TEMPLATE, "pod")).map(({ path, ...said }) => ({
    ...said,
    path: path.replace("models.sentiment.podOverrides.", ""),
  }));
const inContainer = (fields: Fields) => problems({ spec: { containers: [{ name: "triton", ...fields }] } });

describe("a field that no pod has", () => {
  it("is told with the one that was meant, or where to look them up", () => {
    expect(problems({ spec: { nodeSelectr: { a: "b" } } })).toEqual([
      {
        path: "spec.nodeSelectr",
        because: expect.stringMatching(/^Kubernetes 1\.\d+ has no such field here$/),
        remedy: 'did you mean "nodeSelector"?',
      },
    ]);
    expect(inContainer({ gpus: 1 })).toMatchObject([
      { path: "spec.containers[0].gpus", remedy: "kubectl explain pod.spec.containers lists those there are" },
    ]);
  });

  it.each<[string, Fields, string]>([
    ["of another place", { spec: { image: "x" } }, "spec.image"],
    ["of the Deployment", { spec: { replicas: 2 } }, "spec.replicas"],
    ["in another case", { spec: { hostnetwork: true } }, "spec.hostnetwork"],
    [
      "deep in a list",
      { spec: { volumes: [{ name: "v", projected: { sources: [{ sekret: {} }] } }] } },
      "spec.volumes[0].projected.sources[0].sekret",
    ],
    ["of metadata", { metadata: { label: {} } }, "metadata.label"],
    [
      "for another directive than delete",
      { spec: { volumes: [{ name: "v", $patch: "replace" }] } },
      'spec.volumes[0]["$patch"]',
    ],
  ])("is found: %s", (_, patch, path) => {
    expect(problems(patch).map((problem) => problem.path)).toEqual([path]);
  });

  it("is no key of a map", () => {
    expect(
      problems({ metadata: { annotations: { "any.example.com/key": "x" } }, spec: { nodeSelector: { a: "b" } } }),
    ).toEqual([]);
    expect(inContainer({ resources: { limits: { "example.com/fpga": "1" } } })).toEqual([]);
  });
});

describe("a value of another type", () => {
  it.each<[string, Fields, Fields]>([
    [
      "a number for text",
      { spec: { priorityClassName: 5 } },
      { path: "spec.priorityClassName", got: 5, because: "must be text", remedy: "put it in quotes" },
    ],
    [
      "a label that YAML takes for a number",
      { metadata: { labels: { version: 1.1 } } },
      { path: "metadata.labels.version", got: 1.1, because: "must be text" },
    ],
    [
      "text for a number",
      { spec: { terminationGracePeriodSeconds: "30" } },
      { path: "spec.terminationGracePeriodSeconds", got: "30", because: "must be a number" },
    ],
    [
      "text for a switch",
      { spec: { hostNetwork: "yes" } },
      { path: "spec.hostNetwork", got: "yes", because: "must be true or false" },
    ],
    [
      "text for a map",
      { spec: { securityContext: "restricted" } },
      { path: "spec.securityContext", because: "must be a map" },
    ],
    ["a list for a map", { spec: { affinity: [] } }, { path: "spec.affinity", because: "must be a map" }],
    [
      "a map for a list",
      { spec: { tolerations: { key: "gpu" } } },
      { path: "spec.tolerations", because: "must be a list" },
    ],
    [
      "text for an item",
      { spec: { tolerations: ["gpu"] } },
      { path: "spec.tolerations[0]", got: "gpu", because: "must be a map" },
    ],
    [
      "nothing for an item",
      { spec: { tolerations: [null] } },
      { path: "spec.tolerations[0]", because: "has nothing in it" },
    ],
  ])("is refused: %s", (_, patch, problem) => {
    expect(problems(patch)).toMatchObject([problem]);
  });

  it("is no amount, which may be a number or text", () => {
    const resources = { limits: { cpu: 2, memory: "4Gi" }, requests: { cpu: 0.5 } };
    expect(inContainer({ resources })).toEqual([]);
    expect(problems({ spec: { volumes: [{ name: "v", emptyDir: { sizeLimit: 1048576 } }] } })).toEqual([]);
  });

  it("is no port that has a name, nothing that takes a field away, and none that is known only later", () => {
    expect(
      inContainer({ readinessProbe: { httpGet: { port: "http" } }, livenessProbe: { httpGet: { port: 8003 } } }),
    ).toEqual([]);
    expect(problems({ spec: { tolerations: null, nodeSelector: pulumi.output({ a: "b" }) } })).toEqual([]);
    expect(problems({ spec: { volumes: [{ name: "v", $patch: "delete" }] } })).toEqual([]);
  });
});

it("takes the pod template that this package makes", () => {
  const { template } = deploymentArgs(input).spec;
  expect(problems(JSON.parse(JSON.stringify(template)) as Fields)).toEqual([]);
});
