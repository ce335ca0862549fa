import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { podOverridesProblems, strategicMerge } from "../../../components/kubernetes/podOverrides";
import { told as toldOf } from "../told";

const template = {
  metadata: { labels: { a: "1" } },
  spec: {
    containers: [{ name: "triton", args: ["--x"], env: [{ name: "A", value: "1" }], ports: [{ containerPort: 8000 }] }],
    volumes: [{ name: "shm", emptyDir: { medium: "Memory" } }],
    tolerations: [{ key: "old" }],
  },
};
const merged = (patch: Record<string, unknown>) => strategicMerge(template, patch) as typeof template;

describe("a strategic merge", () => {
  it("changes a container by its name and leaves the rest of it", () => {
    const patch = {
      spec: {
        containers: [
          {
            name: "triton",
            env: [
              { name: "A", value: "2" },
              { name: "B", value: "3" },
            ],
          },
        ],
      },
    };
    expect(merged(patch).spec.containers).toEqual([
      {
        ...template.spec.containers[0],
        env: [
          { name: "A", value: "2" },
          { name: "B", value: "3" },
        ],
      },
    ]);
  });

  it("adds what has a new name after what was there", () => {
    const patch = { spec: { containers: [{ name: "sidecar", image: "s" }], volumes: [{ name: "v" }] } };
    expect(merged(patch).spec.containers.map(({ name }) => name)).toEqual(["triton", "sidecar"]);
    expect(merged(patch).spec.volumes.map(({ name }) => name)).toEqual(["shm", "v"]);
  });

  it("replaces lists that have no key, as the API server does", () => {
    expect(merged({ spec: { tolerations: [{ key: "new" }] } }).spec.tolerations).toEqual([{ key: "new" }]);
    const args = { spec: { containers: [{ name: "triton", args: ["--y"] }] } };
    expect(merged(args).spec.containers[0]?.args).toEqual(["--y"]);
  });

  it("removes by null and by $patch: delete", () => {
    expect(merged({ spec: { tolerations: null } }).spec).not.toHaveProperty("tolerations");
    const patch = {
      spec: {
        volumes: [
          { name: "shm", $patch: "delete" },
          { name: "none", $patch: "delete" },
        ],
      },
    };
    expect(merged(patch).spec.volumes).toEqual([]);
  });

  it("leaves a label that happens to be called like a list alone", () => {
    expect(merged({ metadata: { labels: { env: "prod" } } }).metadata.labels).toEqual({ a: "1", env: "prod" });
  });

  it("changes nothing when it is empty, or the template itself, and never its arguments", () => {
    const before = JSON.stringify(template);
    expect(merged({})).toEqual(template);
    expect(merged(template)).toEqual(template);
    merged({ spec: { containers: [{ name: "triton", args: [] }] } });
    expect(JSON.stringify(template)).toBe(before);
  });

  it("merged twice is merged once", () => {
    const item = fc.record({ name: fc.constantFrom("triton", "a", "b"), image: fc.string() });
    const patches = fc.record({
      spec: fc.record({ containers: fc.uniqueArray(item, { selector: ({ name }) => name }) }),
    });
    fc.assert(
      fc.property(patches, (patch) => {
        const once = strategicMerge(template, patch);
        expect(strategicMerge(once, patch)).toEqual(once);
      }),
    );
  });
});

describe("what is refused", () => {
  const problems = (overrides: Record<string, unknown>) =>
    toldOf(podOverridesProblems(overrides, "sentiment")).map(({ path }) => path);

  const misshapen: [string, Record<string, unknown>, string][] = [
    ["no spec", { spec: null }, "spec"],
    ["text for metadata", { metadata: "x" }, "metadata"],
    ["no containers", { spec: { containers: null } }, "spec.containers"],
    ["a map for a list", { spec: { containers: {} } }, "spec.containers"],
    ["text for a list", { spec: { tolerations: "x" } }, "spec.tolerations"],
    ["a map for env", { spec: { containers: [{ name: "triton", env: { A: "1" } }] } }, "spec.containers[0].env"],
    [
      "a number in env",
      { spec: { containers: [{ name: "triton", env: [{ name: "A", value: 1 }] }] } },
      "spec.containers[0].env[0].value",
    ],
  ];
  it.each(misshapen)("of a shape that no pod has: %s", (_, overrides, path) => {
    expect(problems(overrides)).toEqual([`models.sentiment.podOverrides.${path}`]);
  });

  it("of which null takes away what a pod can do without, and maps have keys of any name", () => {
    expect(problems({ spec: { tolerations: null, nodeSelector: { env: "prod", volumes: "few" } } })).toEqual([]);
    expect(problems({ metadata: { labels: { containers: "x" } } })).toEqual([]);
  });

  it("is a field beside metadata and spec", () => {
    expect(problems({ containers: [] })).toEqual(["models.sentiment.podOverrides.containers"]);
  });

  it("is a label that would take the pods from their Deployment", () => {
    expect(problems({ metadata: { labels: { "app.kubernetes.io/instance": "other" } } })).toEqual([
      'models.sentiment.podOverrides.metadata.labels["app.kubernetes.io/instance"]',
    ]);
    expect(problems({ metadata: { labels: { "app.kubernetes.io/instance": "sentiment", team: "ml" } } })).toEqual([]);
  });

  it("is a list item without its key, however deep", () => {
    expect(problems({ spec: { containers: [{ name: "triton", env: [{ value: "x" }] }, {}] } })).toEqual([
      "models.sentiment.podOverrides.spec.containers[0].env[0]",
      "models.sentiment.podOverrides.spec.containers[1]",
    ]);
  });

  const told = (overrides: Record<string, unknown>) => toldOf(podOverridesProblems(overrides, "sentiment"));

  it("is a misspelt part, with the one that was meant", () => {
    expect(told({ sepc: {} })).toMatchObject([
      { path: "models.sentiment.podOverrides.sepc", remedy: 'did you mean "spec"?' },
    ]);
  });

  it("is a container that would be a second one without an image: its name is misspelt", () => {
    const at = "models.sentiment.podOverrides.spec";
    const containers = [{ name: "triton" }, { name: "sidecar", image: "s" }, { name: "tritn", env: [] }];
    expect(told({ spec: { containers } })).toMatchObject([
      { path: `${at}.containers[2].name`, got: "tritn", remedy: 'did you mean "triton"?' },
    ]);
    expect(told({ spec: { containers: [{ name: "sidecar" }], initContainers: [{ name: "fetch" }] } })).toMatchObject([
      { path: `${at}.containers[0].name`, remedy: 'give it an image, or name it "triton" or "gateway"' },
      { path: `${at}.initContainers[0].name`, remedy: "give it an image" },
    ]);
  });

  it("is a command in place of the watch, unless somebody else answers the kubelet", () => {
    const triton = { name: "triton", command: ["tritonserver"] };
    expect(told({ spec: { containers: [{ name: "sidecar", image: "s", command: ["s"] }, triton] } })).toMatchObject([
      {
        path: "models.sentiment.podOverrides.spec.containers[1].command",
        remedy: expect.stringContaining("set readinessProbe and livenessProbe as well"),
      },
    ]);
    const probes = { readinessProbe: { tcpSocket: { port: 8000 } }, livenessProbe: null };
    expect(
      told({
        spec: {
          containers: [
            { ...triton, ...probes },
            { name: "gateway", command: ["sh"] },
          ],
        },
      }),
    ).toEqual([]);
  });
});
