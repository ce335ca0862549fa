/** A reviewer sees only the summary and must be able to say what will happen. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TritonBertService } from "../../../components/tritonBertService";
import { changesHash, changesOf } from "../../../summary/changesHash";
import { COMMENT_LIMIT, marker } from "../../../summary/markdown";
import { byModel } from "../../../summary/models";
import { podsOf } from "../../../summary/pods";
import { readPreview } from "../../../summary/preview";
import { summarise } from "../../../summary/run";
import { run } from "../engine";
import { project } from "../image/world";
import { ELSEWHERE, HERE, type Models, OTHER_REVISION, previewJson, type Setting, written } from "./fixture";

const plain = (json: string): string => summarise(json).text;
const hashOf = (json: string): string => changesHash(changesOf(readPreview(json).steps));
const lineOf = (text: string, start: string): string =>
  text.split("\n").find((line) => line.trim().startsWith(start)) ?? "";
const lineCount = (text: string): number => text.trimEnd().split("\n").length;

const PLAIN: Setting = { options: written() };
/** One model before and after. */
const one = (before: Setting, after: Setting): string => previewJson({ sentiment: before }, { sentiment: after });

/** A model whose max batch becomes 32, said by its options. */
const before16: Setting = { options: written({ serving: { maxBatchSize: 16 } }) };
const after32: Setting = { options: written({ serving: { maxBatchSize: 32 } }), maxBatchSize: 32 };

const EXAMPLES = [
  { text: "I love it", predicts: "positive", minScore: 0.9 },
  { text: "I hate it", predicts: "negative" },
];

const MIXED_BEFORE: Models = {
  emotion: before16,
  intent: before16,
  sentiment: { options: written({ serving: { maxBatchSize: 16 } }), dashboard: "panels" },
  toxicity: { options: written({ gpu: { type: "L4" } }), gpus: 1 },
  topics: { options: written({ examples: EXAMPLES }), autoscaler: { kind: "cpu", min: 1, max: 3 } },
  strict: { options: written({ qualityGate: { labelAgreement: 0.995 }, server: { ngc: {} } }) },
  old: PLAIN,
  quiet: PLAIN,
};
const MIXED_AFTER: Models = {
  emotion: after32,
  intent: after32,
  sentiment: {
    options: written({ serving: { maxBatchSize: 32, maxLength: 256 } }, OTHER_REVISION),
    revision: OTHER_REVISION,
    maxBatchSize: 32,
    memory: "3072Mi",
    dashboard: "other panels",
  },
  toxicity: { options: written({ gpu: { type: "L4" }, precision: "fp16" }), precision: "fp16", gpus: 1 },
  topics: { options: written({ examples: EXAMPLES.slice(1) }), autoscaler: { kind: "keda", min: 2, max: 8 } },
  strict: {
    options: written({
      qualityGate: { labelAgreement: 0.9 },
      server: { ngc: { allowInsecureRelease: true, release: "24.10" } },
    }),
    server: "Triton 24.10 of NVIDIA",
  },
  fresh: { options: written(), replicas: 2 },
  quiet: PLAIN,
};
const OTHERS = [{ type: "random:index/randomPet:RandomPet", name: "pet", old: { length: 2 } }];

/** Many models that all change, each in its own way. */
function many(count: number, isLong = false): string {
  const key = (index: number) => `model-${String(index).padStart(3, "0")}`;
  const long = (index: number) =>
    isLong
      ? {
          podOverrides: Object.fromEntries(
            Array.from({ length: 20 }, (_, option) => [`option${option}`, `${index}-`.repeat(30)]),
          ),
        }
      : {};
  const models = (make: (index: number) => Setting): Models =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [key(index), make(index)]));
  return previewJson(
    models(() => ({ options: written({ examples: EXAMPLES }), gpus: 1 })),
    models((index) => ({
      options: written({ serving: { maxLength: 16 + index }, ...long(index) }),
      gpus: 1,
      memory: `${2048 + index}Mi`,
    })),
  );
}

describe("golden summaries", () => {
  const CASES: Record<string, string> = {
    mixed: previewJson(MIXED_BEFORE, MIXED_AFTER, { others: OTHERS }),
    nothing: previewJson(MIXED_BEFORE, MIXED_BEFORE),
    firstUpgrade: previewJson(
      { sentiment: {}, emotion: {}, topics: {} },
      { sentiment: after32, emotion: PLAIN, topics: { ...PLAIN, env: "new" } },
    ),
    failed: previewJson(
      { sentiment: PLAIN },
      {},
      { errors: ["2 problems in the config; nothing was created:\n  - models.a: no\n  - models.b: no"] },
    ),
    many: many(300),
  };
  it.each(Object.entries(CASES))("%s", async (name, json) => {
    await expect(plain(json)).toMatchFileSnapshot(`${name}.golden.txt`);
    await expect(summarise(json, { markdown: true }).text).toMatchFileSnapshot(`${name}.golden.md`);
  });
});

describe("a model's line", () => {
  const line = (before: Setting, after: Setting): string =>
    lineOf(plain(one(before, after)).split("Changes")[1] ?? "", "sentiment");

  it("tells a revision, what follows from it, and that nobody is kept waiting", () => {
    const after = {
      options: written({ serving: { maxBatchSize: 32 } }, OTHER_REVISION),
      revision: OTHER_REVISION,
      maxBatchSize: 32,
    };
    expect(line(PLAIN, after)).toBe(
      "  sentiment: revision 714eb0f→9f1c3b7 · max batch 16→32 · export again · image · rolling, no downtime",
    );
  });

  it("has the pods' word for what nobody wrote", () => {
    expect(line({}, after32)).toContain("max batch 16→32 · image");
    expect(line({}, { revision: OTHER_REVISION })).toContain(
      "model hf:acme/sentiment@714eb0f→hf:acme/sentiment@9f1c3b7",
    );
    expect(line({ ...PLAIN, server: "Triton 26.06 of NVIDIA" }, PLAIN)).toContain(
      "server Triton 26.06 of NVIDIA→Triton 26.07 of NVIDIA",
    );
  });

  it("names another choice by its key", () => {
    const after = { options: written({ autoscaling: { cpu: { max: 3 } } }) };
    expect(line({ options: written({ autoscaling: { none: {} } }) }, after)).toContain("autoscaling none→cpu max 3");
  });

  it("names what moves in a pod by no option", () => {
    expect(line(PLAIN, { ...PLAIN, env: "new" })).toBe(
      "  sentiment: by none of its options: spec.template.spec.containers[0].env[0].value · rolling, no downtime",
    );
  });

  it("says where nothing in the cluster changes", () => {
    const json = JSON.parse(one(PLAIN, { options: written({ rollout: { verify: false } }) }));
    json.steps = json.steps.filter(({ urn }: { urn: string }) => !/-(server-image|deployment)$/.test(urn));
    expect(lineOf(plain(JSON.stringify(json)).split("Changes")[1] ?? "", "sentiment")).toBe(
      "  sentiment: rollout.verify unset→false · nothing in the cluster changes",
    );
  });

  it("shows no login, and no secret", () => {
    const after = {
      options: written({
        build: { packageIndex: "https://ann:hunter2@pypi.example.com" },
        service: { annotations: { a: "[secret]" } },
      }),
    };
    const text = plain(one(PLAIN, after));
    expect(text).not.toContain("hunter2");
    expect(text).toContain("build.packageIndex unset→[hidden]");
  });
});

describe("downtime", () => {
  const gpu = (more: Setting = {}): Setting => ({ ...PLAIN, gpus: 1, ...more });
  const WAYS: Record<string, readonly [Setting, Setting, boolean]> = {
    "a CPU's only pod": [PLAIN, { ...PLAIN, env: "new" }, false],
    "a GPU's only pod": [gpu(), gpu({ env: "new" }), true],
    "two pods with GPUs": [gpu({ replicas: 2 }), gpu({ replicas: 2, env: "new" }), false],
    "an autoscaler's one to three": [
      gpu({ autoscaler: { kind: "keda", min: 1, max: 3 } }),
      gpu({ env: "new", autoscaler: { kind: "keda", min: 1, max: 3 } }),
      true,
    ],
    "more pods of the same": [gpu(), gpu({ replicas: 2 }), false],
    Recreate: [PLAIN, { ...PLAIN, env: "new", strategy: { type: "Recreate" } }, true],
    "a share of them, rounded down": [
      PLAIN,
      { ...PLAIN, env: "new", strategy: { rollingUpdate: { maxUnavailable: "50%" } } },
      false,
    ],
    "all of them": [PLAIN, { ...PLAIN, env: "new", strategy: { rollingUpdate: { maxUnavailable: "100%" } } }, true],
    "another namespace": [PLAIN, { ...PLAIN, namespace: "other" }, true],
  };
  it.each(Object.entries(WAYS))("%s", (_, [before, after, isDown]) => {
    const text = plain(one(before, after));
    expect(lineOf(text, "downtime")).toMatch(isDown ? /1 model$/ : /none$/);
    expect(text.includes("sentiment: downtime: ")).toBe(isDown);
  });
});

describe("dangers", () => {
  const dangers = (before: object, after: object): string => {
    const [, told = ""] = plain(one({ options: written({ ...before }) }, { options: written({ ...after }) })).split(
      "Dangerous",
    );
    return told.split("Changes")[0] ?? "";
  };
  const WAYS: Record<string, readonly [object, object, RegExp | undefined]> = {
    "a wider gate than the default": [
      {},
      { qualityGate: { maxLogitDifference: 0.01 } },
      /maxLogitDifference is higher/,
    ],
    "a gate back to the wider default": [
      { qualityGate: { maxLogitDifference: 1e-4 } },
      {},
      /maxLogitDifference is higher/,
    ],
    "a narrower gate": [{}, { qualityGate: { maxLogitDifference: 1e-4, labelAgreement: 0.999 } }, undefined],
    "less agreement": [
      { qualityGate: { labelAgreement: 0.99 } },
      { qualityGate: { labelAgreement: 0 } },
      /labelAgreement is lower/,
    ],
    "no texts of one's own": [{ qualityGate: { texts: "a.txt" } }, {}, /no texts of its own/],
    "a release with known CVEs": [{}, { server: { ngc: { allowInsecureRelease: true } } }, /allowInsecureRelease/],
    "one that was accepted before": [
      { server: { ngc: { allowInsecureRelease: true } } },
      { server: { ngc: { allowInsecureRelease: true } }, tag: "v2" },
      undefined,
    ],
    "an example less": [{ examples: EXAMPLES }, { examples: EXAMPLES.slice(1) }, /examples removed: 1/],
    "no examples any more": [{ examples: EXAMPLES }, {}, /examples removed: 2/],
    "an example more": [{ examples: EXAMPLES.slice(1) }, { examples: EXAMPLES }, undefined],
    "a lower score": [
      { examples: EXAMPLES },
      { examples: EXAMPLES.map(({ minScore, ...example }) => example) },
      /lower minScore: 1/,
    ],
    "the same in another order": [{ examples: EXAMPLES }, { examples: [...EXAMPLES].reverse(), tag: "v2" }, undefined],
  };
  it.each(Object.entries(WAYS))("%s", (_, [before, after, told]) => {
    if (told === undefined) expect(dangers(before, after)).toBe("");
    else expect(dangers(before, after)).toMatch(told);
  });

  it("tells a model that goes, and an autoscaler, and what belongs to no model", () => {
    const text = plain(previewJson(MIXED_BEFORE, MIXED_AFTER, { others: OTHERS }));
    expect(text).toContain("old: removed");
    expect(text).toContain("topics: deletes autoscaler");
    expect(text).toContain("pet: deleted (random:index/randomPet:RandomPet)");
  });

  it("counts no model image that another export replaces", () => {
    const text = plain(one(PLAIN, { options: written({}, OTHER_REVISION), revision: OTHER_REVISION }));
    expect(lineOf(text, "objects")).toMatch(/0 deleted, 0 replaced$/);
    expect(text).not.toContain("Dangerous");
  });
});

describe("totals", () => {
  it("sum all models, unchanged ones too, and what autoscalers may make of them", () => {
    const before = { a: { ...PLAIN, gpus: 2 }, b: { ...PLAIN, autoscaler: { kind: "cpu", min: 1, max: 4 } } } as const;
    const text = plain(previewJson(before, { ...before, a: { ...before.a, gpus: 4, cpu: "2500m", replicas: 2 } }));
    expect(lineOf(text, "GPUs")).toContain("nvidia.com/gpu 2 → 8");
    expect(lineOf(text, "replicas")).toContain("2 → 3 (with autoscalers at most: 5 → 6)");
    expect(lineOf(text, "CPU")).toContain(
      "4.1 cores → 7.15 cores (with autoscalers at most: 10.25 cores → 13.3 cores)",
    );
    expect(lineOf(text, "memory")).toContain("4.06 GiB → 6.09 GiB");
  });

  it("say that unchanged models are missing", () => {
    expect(plain(previewJson(MIXED_BEFORE, MIXED_AFTER, { showSames: false }))).toContain("without --show-sames");
    expect(plain(previewJson(MIXED_BEFORE, MIXED_AFTER))).not.toContain("without --show-sames");
  });

  it("read the Deployment that this package makes", async () => {
    const program = () =>
      void new TritonBertService("emotion", {
        model: { local: { path: "models/emotion" } },
        server: { pypi: {} },
        registry: { generic: { repository: "registry.example.com/triton" } },
        namespace: "ml",
        resources: { cpu: 3 },
        autoscaling: { cpu: { min: 2, max: 5 } },
      });
    const { registered } = await run(program, project(), true);
    const steps = registered.map(({ type, name, inputs }) => {
      const isService = type.startsWith("triton-bert:");
      const urn = `urn:pulumi:dev::shop::${type}::${name}`;
      const parent = isService ? undefined : "urn:pulumi:dev::shop::triton-bert:index:TritonBertService::emotion";
      return { op: "create", urn, newState: { inputs, ...(parent ? { parent } : {}) } };
    });
    const [model] = byModel(readPreview(JSON.stringify({ steps })).steps).models;
    const pods = model && podsOf(model, "new");
    expect(pods).toMatchObject({ least: 2, most: 5, gpus: {}, missing: 0 });
    expect(pods?.cpu).toBeCloseTo(3.05);
    expect(pods?.memory).toBeGreaterThan(2 ** 29);
    expect(pods?.annotations["triton-bert/max-batch-size"]).toBe("16");
  });
});

describe("limits", () => {
  it.each([1, 60, 300])("%i models that all change in another way take at most 60 lines", (count) => {
    const { text, whole } = summarise(many(count));
    expect(lineCount(text)).toBeLessThanOrEqual(60);
    expect(text).toContain("hash of the changes: ");
    for (let index = 0; index < count; index += 1) expect(whole).toContain(`model-${String(index).padStart(3, "0")}: `);
  });

  it("count what does not fit", () => {
    const text = plain(many(300));
    const told = (text.split("Changes")[1] ?? "").match(/^ {2}model-/gm)?.length ?? 0;
    expect(text).toContain(`… and ${300 - told} more changes, of ${300 - told} models`);
  });

  it("a comment is no longer than GitHub takes, the whole is", () => {
    const { text, whole } = summarise(many(300, true), { markdown: true });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(Buffer.byteLength(whole)).toBeGreaterThan(COMMENT_LIMIT);
    expect(text.split("\n")[0]).toBe(marker("shop/dev"));
    expect(text).toMatch(/hash of the changes: `[0-9a-f]{32}`\n$/);
  });

  it("hold for whatever a config says", () => {
    const settings = fc.dictionary(
      fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/),
      fc.record({
        options: fc.option(
          fc.jsonValue().map((value) => written({ podOverrides: value })),
          { nil: written() },
        ),
        replicas: fc.integer({ min: 1, max: 9 }),
        gpus: fc.integer({ min: 0, max: 2 }),
        env: fc.string(),
      }),
      { maxKeys: 12 },
    );
    fc.assert(
      fc.property(settings, settings, (before, after) => {
        const json = previewJson(before, after);
        expect(lineCount(plain(json))).toBeLessThanOrEqual(60);
        const comment = summarise(json, { markdown: true }).text;
        expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_LIMIT);
      }),
      { numRuns: 60 },
    );
  });

  it("nothing in a comment is Markdown of the config", () => {
    const value = "` @acme/all <b> | --> \n# x";
    const { text } = summarise(one(PLAIN, { options: written({ tag: value }) }), { markdown: true });
    expect(text).toContain("``tag unset→` @acme/all <b> | --> # x``");
  });
});

describe("the hash", () => {
  const json = previewJson(MIXED_BEFORE, MIXED_AFTER, { others: OTHERS });

  it("is the same in another order, on another machine, at another time", () => {
    const elsewhere = previewJson(MIXED_BEFORE, MIXED_AFTER, { others: OTHERS, machine: ELSEWHERE });
    expect(elsewhere).not.toBe(json);
    expect(summarise(elsewhere).text).toBe(summarise(json).text);
  });

  it("is the same without what stays the same, which a change elsewhere in the stack does not touch", () => {
    expect(hashOf(previewJson(MIXED_BEFORE, MIXED_AFTER, { others: OTHERS, showSames: false }))).toBe(hashOf(json));
  });

  it("does not depend on how a replacement is listed", () => {
    const moved = previewJson({ a: PLAIN }, { a: { ...PLAIN, namespace: "other" } });
    const digest = JSON.parse(moved);
    digest.steps = digest.steps.flatMap((step: { op: string; oldState: object; newState: object }) =>
      step.op === "replace"
        ? [{ ...step, op: "create-replacement" }, step, { ...step, op: "delete-replaced", newState: undefined }]
        : [step],
    );
    expect(summarise(JSON.stringify(digest)).text).toBe(summarise(moved).text);
  });

  it("moves with each input of what changes, before and after", () => {
    const setting = fc.record({
      replicas: fc.integer({ min: 1, max: 3 }),
      env: fc.constantFrom("a", "b"),
      maxBatchSize: fc.constantFrom(16, 32),
    });
    const hash = (before: Setting, after: Setting) => hashOf(one(before, after));
    fc.assert(
      fc.property(setting, setting, setting, setting, (a, b, c, d) => {
        const text = (before: Setting, after: Setting) => JSON.stringify([before, after]);
        const isSame = (x: Setting, y: Setting) => JSON.stringify(x) === JSON.stringify(y);
        const isNothing = isSame(a, b) && isSame(c, d);
        expect(hash(a, b) === hash(c, d)).toBe(isNothing || text(a, b) === text(c, d));
      }),
    );
  });

  it("moves with the kind of change", () => {
    expect(hashOf(previewJson({}, { a: PLAIN }))).not.toBe(hashOf(previewJson({ a: PLAIN }, {})));
  });

  it("has nothing of how this machine reaches the cluster, but which cluster it is", () => {
    const provider = (inputs: Record<string, string>) =>
      hashOf(previewJson({}, {}, { others: [{ type: "pulumi:providers:kubernetes", name: "cluster", new: inputs }] }));
    expect(provider({ kubeconfig: HERE.path, context: "a", clusterIdentifier: "x" })).toBe(
      provider({ kubeconfig: ELSEWHERE.path, context: "b", clusterIdentifier: "x" }),
    );
    expect(provider({ clusterIdentifier: "x" })).not.toBe(provider({ clusterIdentifier: "y" }));
  });

  it("is not given for a preview that failed", () => {
    const { text, problems } = summarise(previewJson({ a: PLAIN }, {}, { errors: ["no"] }));
    expect(text).toContain("no hash: the preview failed");
    expect(problems).toEqual(["the preview failed"]);
  });
});

describe("--expect", () => {
  const reviewed = one(before16, after32);
  const expecting = (json: string, expected: string) => summarise(json, { expected }).problems;

  it("takes the changes that were reviewed", () => {
    expect(expecting(reviewed, hashOf(reviewed))).toEqual([]);
    expect(expecting(reviewed, reviewed)).toEqual([]);
  });

  it("refuses others, by the hash", () => {
    const [problem] = expecting(one(before16, { ...after32, env: "new" }), hashOf(reviewed));
    expect(problem).toContain(`not ${hashOf(reviewed)}`);
  });

  it("says what differs from the preview that was reviewed", () => {
    const now = previewJson({ sentiment: before16, old: PLAIN }, { sentiment: { ...after32, replicas: 3 } });
    const told = expecting(now, reviewed).join("\n");
    expect(told).toContain(
      "otherwise: update sentiment-deployment (kubernetes:apps/v1:Deployment): after.spec.replicas",
    );
    expect(told).toContain("not reviewed: delete old-deployment");
    expect(told).not.toContain("sentiment-server-image");
  });

  it("refuses what failed, whatever is expected", () => {
    const failed = previewJson({ sentiment: before16 }, { sentiment: after32 }, { errors: ["no"] });
    expect(expecting(failed, hashOf(failed))).toEqual(["the preview failed"]);
  });
});

describe("what is no preview", () => {
  it.each(["", "{}", "[]", '{"steps":{}}', "error: no stack selected", `{"steps":[]}`])("%j is refused", (text) => {
    expect(() => summarise(text)).toThrow("pulumi preview --json --show-sames");
  });
});
