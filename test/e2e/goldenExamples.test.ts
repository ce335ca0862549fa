/** Nothing is ready until it has answered: a wrong answer in the image's build keeps the model from the cluster, and where the image
 *  passed but the pod answers wrongly, or otherwise than the model that was proven, it never gets Ready and the old ones serve on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { alertExpression, metrics, promQuery } from "./scaling";
import { classifier, environment, infer, labelsOf, NAMESPACE, object, openStack, refusal, stackFile } from "./support";

// Three files at a time: a model may take half a minute to load.
const quick = { startupSeconds: 45, pullSeconds: 0, endpointDelaySeconds: 1, longestRequestSeconds: 5 };
const monitoring = { alerts: {} };
const right = classifier({ rollout: quick, monitoring });
const withoutExamples = classifier({ rollout: quick, examples: [] });
let stack: Stack;

beforeAll(async () => {
  await metrics();
  stack = await openStack("e2e-golden", stackFile({ golden: right, bare: withoutExamples }));
  await stack.up();
});
afterAll(async () => {
  await stack.destroy();
  const { kubectl } = await environment();
  await kubectl(["-n", NAMESPACE, "delete", "configmap", "wrong-golden", "other-tokenizer", "--ignore-not-found"]);
});

describe("a golden example that is answered wrongly", () => {
  it("is told with its option, text, expected and got; nothing of its model changes, and other models go on", async () => {
    const before = await generation("golden");
    const [example] = right.examples ?? [];
    const models = {
      golden: classifier({
        rollout: quick,
        examples: [example ?? expect.fail(), { text: "I love it!", predicts: "negative" }],
      }),
      labelled: classifier({
        rollout: quick,
        labels: { inline: { "0": "bad", "1": "good", "2": "fair" } },
        examples: [],
      }),
      beside: right,
      bare: withoutExamples,
    };
    await stack.configure(stackFile(models));
    const said = await refusal(stack);
    const golden =
      /models\.golden\.examples\[1\]: .*text "I love it!", expected "negative", got "positive".*; correct the example/;
    expect(said).toMatch(golden);
    expect(said).toMatch(/models\.labelled\.labels: has the entries "0", "1", "2"; the model has 2 classes/);
    expect(said.match(/is refused; nothing of it was changed in the cluster/g)).toHaveLength(2);
    expect(await generation("golden")).toBe(before);
    await expect(generation("labelled")).rejects.toThrow("NotFound");
    expect(labelsOf(await infer("beside", ["I love it"]))).toEqual(["positive"]);
    // The image is known now. Node has nothing to add.
    const shown = await stack.preview().catch(({ output }: { output: string }) => output);
    expect(shown).toMatch(golden);
    expect(`${said}${shown}`).not.toMatch(/Warning: /);
    await stack.configure(stackFile({ golden: right, bare: withoutExamples }));
  });

  it("keeps a pod from Ready while the old one serves, and up says why; another model than was proven does, too", async () => {
    await tamperedGolden();
    await configMap("other-tokenizer", "tokenizer.json", OTHER_TOKENIZER);
    const tampered = classifier({
      rollout: quick,
      monitoring,
      podOverrides: withFile("wrong-golden", "/opt/triton-bert/golden.json"),
    });
    const swapped = { ...withoutExamples, podOverrides: withFile("other-tokenizer", "/models/bare/1/tokenizer.json") };
    await stack.configure(stackFile({ golden: tampered, bare: swapped }));
    const answers: string[][] = [];
    let rolling = true;
    const asking = (async () => {
      while (rolling) {
        answers.push(labelsOf(await infer("golden", ["I love it"])));
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    const said = await refusal(stack);
    rolling = false;
    await asking;
    expect(said).toMatch(/I hate it/);
    expect(said).toMatch(/expected.*positive/);
    expect(said).toMatch(/got.*negative/);
    expect(said).toMatch(/the model does not answer as the one that was proven: \d+ of \d+ built-in texts/);
    expect(labelsOf(await infer("bare", ["I love it"]))).toEqual(["positive"]);
    expect(await promQuery(await alertExpression("golden", "TritonBertGoldenCheck"))).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(20);
    expect(new Set(answers.flat())).toEqual(new Set(["positive"]));
  });

  it("is mended by the next up", async () => {
    await stack.configure(stackFile({ golden: right, bare: withoutExamples }));
    await stack.up();
    expect(labelsOf(await infer("golden", ["I hate it"]))).toEqual(["negative"]);
    expect(labelsOf(await infer("bare", ["I hate it"]))).toEqual(["negative"]);
  });
});

async function generation(name: string): Promise<number> {
  const { metadata } = await object<{ metadata: { generation: number } }>("deployment", name);
  return metadata.generation;
}

/** The image's own golden file with another expectation, laid over it in the pod only: what the build could not see. */
async function tamperedGolden(): Promise<void> {
  const { kubectl } = await environment();
  const pods = ["-n", NAMESPACE, "exec", "deployment/golden", "--"];
  const golden = JSON.parse(await kubectl([...pods, "cat", "/opt/triton-bert/golden.json"]));
  golden.examples = [{ text: "I hate it", predicts: "positive" }];
  await configMap("wrong-golden", "golden.json", golden);
}

async function configMap(name: string, file: string, content: object): Promise<void> {
  const { kubectl } = await environment();
  const metadata = { name, namespace: NAMESPACE };
  const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { [file]: JSON.stringify(content) } };
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(manifest) });
}

/** A file laid over the image's own. */
const withFile = (name: string, path: string) => ({
  spec: {
    containers: [
      {
        name: "triton",
        resources: { requests: { cpu: "100m" } },
        volumeMounts: [{ name: "wrong", mountPath: path, subPath: path.split("/").pop() }],
      },
    ],
    volumes: [{ name: "wrong", configMap: { name } }],
  },
});

/** One that knows no word; its ids are those of the classifier's own. */
const OTHER_TOKENIZER = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "Whitespace" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [101], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [102], tokens: ["[SEP]"] },
    },
  },
  decoder: null,
  model: { type: "WordLevel", vocab: { "[UNK]": 100, "[CLS]": 101, "[SEP]": 102 }, unk_token: "[UNK]" },
};
