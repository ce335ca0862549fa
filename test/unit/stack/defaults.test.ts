/** `defaults` lie under each model: groups merge, choices, lists and maps do not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelOptions } from "../../../components/options/modelOptions";
import { serviceArgs } from "../../../components/options/stackOptions";
import { withDefaults } from "../../../components/stack/defaults";
import { readStack } from "../../../components/stack/readStack";
import { GOOD, HUB, problemsWith, setConfig } from "./stack";

const merged = (defaults: unknown, own: unknown) => withDefaults(modelOptions, defaults, own);

describe("what a model says itself goes before", () => {
  it.each([
    [
      "a group, field by field",
      { serving: { instances: 2, maxLength: 128 } },
      { serving: { maxLength: 64 } },
      { serving: { instances: 2, maxLength: 64 } },
    ],
    ["a choice, whole", { server: { ngc: { release: "26.07" } } }, { server: { pypi: {} } }, { server: { pypi: {} } }],
    [
      "a choice, also the same one",
      { autoscaling: { cpu: { min: 2, max: 9 } } },
      { autoscaling: { cpu: { max: 3 } } },
      { autoscaling: { cpu: { max: 3 } } },
    ],
    ["a list, whole", { examples: [{ text: "a", predicts: "b" }] }, { examples: [] }, { examples: [] }],
    [
      "a free map inside a group",
      { placement: { nodeSelector: { a: "1" }, tolerations: [] } },
      { placement: { nodeSelector: { b: "2" } } },
      { placement: { nodeSelector: { b: "2" }, tolerations: [] } },
    ],
    [
      "overrides, whole",
      { podOverrides: { spec: { a: 1 } } },
      { podOverrides: { metadata: {} } },
      { podOverrides: { metadata: {} } },
    ],
    ["null, for an option", { gpu: { type: "L4" }, replicas: 2 }, { gpu: null, replicas: null }, {}],
    [
      "null, inside a group",
      { serving: { maxLength: 64, instances: 2 } },
      { serving: { maxLength: null } },
      { serving: { instances: 2 } },
    ],
    [
      "null in a patch, which is data",
      { podOverrides: { spec: {} } },
      { podOverrides: { spec: { a: null } } },
      { podOverrides: { spec: { a: null } } },
    ],
    ["a number", { replicas: 2 }, { replicas: 5 }, { replicas: 5 }],
    ["nothing", { gpu: { type: "L4" } }, {}, { gpu: { type: "L4" } }],
  ])("%s", (_, defaults, own, expected) => expect(merged(defaults, own)).toEqual(expected));

  const options = fc.record(
    {
      replicas: fc.nat(),
      serving: fc.record({ instances: fc.nat(), maxLength: fc.nat() }, { requiredKeys: [] }),
      server: fc.constantFrom({ pypi: {} }, { ngc: { release: "26.07" } }),
      gpu: fc.record({ type: fc.string(), count: fc.nat() }, { requiredKeys: [] }),
      examples: fc.array(fc.record({ text: fc.string() })),
    },
    { requiredKeys: [] },
  );

  it("keeps every leaf that the model says, and takes nothing from nowhere", () => {
    fc.assert(
      fc.property(options, options, (defaults, own) => {
        const result = merged(defaults, own) as typeof own;
        expect(result).toMatchObject(own);
        expect(Object.keys(result).sort()).toEqual(
          [...new Set([...Object.keys(defaults), ...Object.keys(own)])].sort(),
        );
        expect(result.serving?.instances).toBe(own.serving?.instances ?? defaults.serving?.instances);
        expect(result.server).toEqual(own.server ?? defaults.server);
      }),
    );
  });

  it("changes nothing when laid under twice, or under nothing", () => {
    fc.assert(
      fc.property(options, options, (defaults, own) => {
        const once = merged(defaults, own);
        expect(merged(defaults, once)).toEqual(once);
        expect(merged({}, own)).toEqual(own);
      }),
    );
  });
});

it("fills in what nobody says, and hands on specs that are legal args", () => {
  const models = { b: { model: HUB }, a: { model: HUB, serving: { instances: 3 } } };
  setConfig({ ...GOOD, defaults: { serving: { maxBatchSize: 4 } }, models });
  const { services, problems } = readStack();
  expect(problems).toEqual([]);
  expect(Object.keys(services)).toEqual(["a", "b"]);
  expect(services.a?.spec.serving).toMatchObject({ maxBatchSize: 4, instances: 3 });
  const spec = services.b?.spec;
  expect(spec).toMatchObject({ serving: { maxBatchSize: 4, instances: 1 }, tag: "latest", server: { ngc: {} } });
  expect(serviceArgs.parse(spec)).toEqual(spec);
});

it("takes `null` in a model for what may be left out, and for nothing else", () => {
  const defaults = { gpu: { type: "L4" }, server: { pypi: {} }, serving: { maxLength: 64 } };
  const own = { gpu: null, server: null, serving: { maxLength: null }, tokenizer: null };
  setConfig({ ...GOOD, defaults, models: { a: { model: HUB, ...own } } });
  const { services, problems } = readStack();
  expect(problems).toEqual([]);
  expect(services.a?.spec).toMatchObject({ server: { ngc: {} }, serving: { instances: 1 } });
  expect([services.a?.spec.gpu, services.a?.spec.serving.maxLength]).toEqual([undefined, undefined]);
  expect(problemsWith({ ...GOOD, models: { a: { model: null } } })[0]).toMatch(
    /^triton-bert:models\.a\.model: must be/,
  );
  expect(problemsWith({ ...GOOD, defaults: { ...defaults, gpu: { type: null } } })[0]).toMatch(
    /^triton-bert:defaults\.gpu\.type: must be text, not empty/,
  );
});
