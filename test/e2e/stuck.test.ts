/** Rollouts that can't go on, each for another reason, on a real scheduler, kubelet and API server: `up` says the reason, and what to
 *  do, long before its wait is over. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SERVICE_TYPE } from "../../components/serviceChildren";
import type { Stack } from "../../sandbox/stack";
import { classifier, environment, failedUp, NAMESPACE, openStack, stackFile } from "./support";

const NARROW = `${NAMESPACE}-narrow`;
const rollout = { startupSeconds: 20, pullSeconds: 0, endpointDelaySeconds: 1, longestRequestSeconds: 5 };
const patched = (container: object, pod: object = {}) =>
  classifier({
    rollout,
    podOverrides: {
      spec: { containers: [{ name: "triton", resources: { requests: { cpu: "50m" } }, ...container }], ...pod },
    },
  });

const QUOTA = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "small", namespace: NARROW },
  spec: { hard: { pods: "0" } },
};
const memory = { memory: "24Mi" };

let stacks: Stack[] = [];
let said: string[] = [];

beforeAll(async () => {
  const { kubectl } = await environment();
  await kubectl(["create", "namespace", NARROW]);
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(QUOTA) });
  const models = {
    "no-room": patched({ resources: { requests: { cpu: "200" }, limits: { cpu: "200" } } }),
    "no-image": patched({ image: "localhost:5001/e2e/nowhere:1" }),
    "no-memory": patched({ resources: { requests: { cpu: "50m", ...memory }, limits: memory } }),
    "no-secret": patched(
      { volumeMounts: [{ name: "keys", mountPath: "/keys" }] },
      { volumes: [{ name: "keys", secret: { secretName: "nowhere" } }] },
    ),
    "no-models": patched({ args: ["--model-repository=/nowhere"] }),
  };
  const refused = { "no-quota": classifier({ rollout }) };
  stacks = [
    await openStack("e2e-stuck", stackFile(models)),
    await openStack("e2e-narrow", stackFile(refused, { namespace: NARROW })),
  ];
  said = await Promise.all(stacks.map(failedUp));
});
afterAll(async () => {
  const { kubectl } = await environment();
  await Promise.all(stacks.map((stack) => stack.destroy()));
  await kubectl(["delete", "namespace", NARROW]);
});

describe("a rollout that can't go on", () => {
  it.each([
    ["no-room", /pod no-room-\S+ has no node: 0\/1 nodes .*Insufficient cpu.*; say less under resources/],
    [
      "no-image",
      /pod no-image-\S+, container triton: (ErrImagePull|ImagePullBackOff): .*; the nodes must reach the reg/,
    ],
    [
      "no-secret",
      /pod no-secret-\S+: FailedMount: .*secret "nowhere" not found; what podOverrides mount must be in the namespace/,
    ],
    ["no-memory", /pod no-memory-\S+, container triton: OOMKilled; say more under resources\.memory/],
    ["no-models", /pod no-models-\S+, container triton: it ended with exit code \d+: .*nowhere/],
    [
      "no-quota",
      /no pod may be created: exceeded quota: small, .*; say less under resources, or raise .*ResourceQuota/,
    ],
  ])("says why, and what to do, before the wait is over: %s", (model, reason) => {
    const lines = said.join("\n").split("\n");
    const told = lines.findIndex((line) => line.includes("still waiting for the pods: ") && reason.test(line));
    const over = lines.findIndex((line) => line.includes(`${model}-deployment **creating failed**`));
    expect(lines[told], said.join("\n")).toContain(SERVICE_TYPE);
    expect(over).toBeGreaterThan(told);
  });
});
