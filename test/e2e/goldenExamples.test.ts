/** Nothing is ready until it has answered: a wrong answer stops the image's build, and where the image passed but the pod
 *  answers wrongly, the pod never gets Ready and the old ones serve on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { alertExpression, metrics, promQuery } from "./scaling";
import { classifier, environment, infer, labelsOf, NAMESPACE, openStack, refusal, stackFile } from "./support";

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
  it("fails the server image's build with text, expected and got", async () => {
    const wrong = classifier({ rollout: quick, examples: [{ text: "I love it", predicts: "negative" }] });
    await stack.configure(stackFile({ golden: wrong }));
    const said = await refusal(stack);
    expect(said).toContain("I love it");
    expect(said).toMatch(/expected.*negative/);
    expect(said).toMatch(/got.*positive/);
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
