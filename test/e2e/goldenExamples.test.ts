/** Nothing is ready until it has answered: a wrong answer in the image's build keeps the model from the cluster, and where the image
 *  passed but the pod answers wrongly, the pod never gets Ready and the old ones serve on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { alertExpression, metrics, promQuery } from "./scaling";
import { classifier, environment, infer, labelsOf, NAMESPACE, object, openStack, refusal, stackFile } from "./support";

const quick = { startupSeconds: 20, pullSeconds: 0, endpointDelaySeconds: 1, longestRequestSeconds: 5 };
const monitoring = { alerts: {} };
const right = classifier({ rollout: quick, monitoring });
let stack: Stack;

beforeAll(async () => {
  await metrics();
  stack = await openStack("e2e-golden", stackFile({ golden: right }));
  await stack.up();
});
afterAll(async () => {
  await stack.destroy();
  const { kubectl } = await environment();
  await kubectl(["-n", NAMESPACE, "delete", "configmap", "wrong-golden", "--ignore-not-found"]);
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
    // The image is known now.
    await expect(stack.preview()).rejects.toMatchObject({ output: expect.stringMatching(golden) });
    await stack.configure(stackFile({ golden: right }));
  });

  it("keeps a pod from Ready while the old one serves, and up says why", async () => {
    await tamperedGolden();
    const tampered = classifier({ rollout: quick, monitoring, podOverrides: withTamperedGolden });
    await stack.configure(stackFile({ golden: tampered }));
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
    expect(await promQuery(await alertExpression("golden", "TritonBertGoldenCheck"))).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(20);
    expect(new Set(answers.flat())).toEqual(new Set(["positive"]));
  });

  it("is mended by the next up", async () => {
    await stack.configure(stackFile({ golden: right }));
    await stack.up();
    expect(labelsOf(await infer("golden", ["I hate it"]))).toEqual(["negative"]);
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
  const manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "wrong-golden", namespace: NAMESPACE },
    data: { "golden.json": JSON.stringify(golden) },
  };
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(manifest) });
}

const withTamperedGolden = {
  spec: {
    containers: [
      {
        name: "triton",
        resources: { requests: { cpu: "100m" } },
        volumeMounts: [{ name: "wrong", mountPath: "/opt/triton-bert/golden.json", subPath: "golden.json" }],
      },
    ],
    volumes: [{ name: "wrong", configMap: { name: "wrong-golden" } }],
  },
};
