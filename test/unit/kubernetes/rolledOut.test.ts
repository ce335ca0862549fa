/** When a rollout has ended, by what a Deployment's controller writes of it (Kubernetes 1.37). */
import { expect, it } from "vitest";
import type { Get } from "../../../components/kubernetes/apiClient";
import { verifyRollout } from "../../../components/kubernetes/rolledOut";
import { site } from "./world";

function deployment(observedGeneration: number, reason: string, message = "") {
  const available = { type: "Available", status: "True", reason: "MinimumReplicasAvailable" };
  const progressing = { type: "Progressing", reason, message };
  return { metadata: { generation: 3 }, status: { observedGeneration, conditions: [available, progressing] } };
}
const ENDED = deployment(3, "NewReplicaSetAvailable");
const GOING = deployment(3, "ReplicaSetUpdated", "1 of 2 updated");
/** The controller has yet to look: all that is said is said of the pods before. */
const UNSEEN = deployment(2, "NewReplicaSetAvailable");
const FAILED = deployment(3, "ProgressDeadlineExceeded", 'ReplicaSet "sentiment-6f" has timed out progressing.');
const pods = {
  items: [
    { metadata: { name: "sentiment-old" }, status: { containerStatuses: [{ name: "triton", ready: true }] } },
    {
      metadata: { name: "sentiment-new" },
      status: {
        containerStatuses: [
          { name: "gateway", ready: false, state: { waiting: { message: "no such image" } }, lastState: {} },
          {
            name: "triton",
            ready: false,
            state: { running: { startedAt: "now" } },
            lastState: { terminated: { message: "I love it: expected positive, got negative\n" } },
          },
        ],
      },
    },
  ],
};

/** Checks a rollout that the provider left as `seen`, of a cluster that answers with one Deployment after another. */
async function check(seen: object, answers: readonly object[], seconds = 60) {
  const asked: string[] = [];
  let at = 0;
  const get: Get = async (path) => {
    asked.push(path);
    return { status: 200, body: path.includes("/pods?") ? pods : answers[Math.min(at++, answers.length - 1)] };
  };
  await verifyRollout({ site, seconds }, seen, "prod", async () => get);
  return asked;
}

it("asks nobody where the provider has seen the end", async () => {
  expect(await check(ENDED, [])).toEqual([]);
});

it("waits where the provider was quicker than the controller", async () => {
  const path = "/apis/apps/v1/namespaces/ml-serving/deployments/sentiment";
  expect(await check(UNSEEN, [UNSEEN, GOING, ENDED])).toEqual([path, path, path]);
});

it("tells what the new pods' containers said last, when the rollout fails", async () => {
  const said = [
    'the Deployment sentiment (namespace ml-serving) is not rolled out: ReplicaSet "sentiment-6f" has timed out progressing.',
    "sentiment-new, container gateway: no such image",
    "sentiment-new, container triton: I love it: expected positive, got negative",
  ];
  await expect(check(UNSEEN, [GOING, FAILED])).rejects.toThrow(said.join("\n  "));
});

it("or does not end", async () => {
  await expect(check(UNSEEN, [GOING], 0)).rejects.toThrow(
    /is not rolled out after 0 s: 1 of 2 updated\n {2}sentiment-new, /,
  );
});

it("waits for a cluster that does not answer for a moment", async () => {
  const answers = [
    async () => Promise.reject(new Error("ECONNREFUSED")),
    async () => ({ status: 503, body: {} }),
    async () => ({ status: 200, body: ENDED }),
  ];
  const get: Get = () => answers.shift()?.() ?? expect.fail("asked after the end");
  await verifyRollout({ site, seconds: 60 }, UNSEEN, "prod", async () => get);
  expect(answers).toEqual([]);
});

it("does not wait where the user said to Pulumi not to", async () => {
  const metadata = { generation: 3, annotations: { "pulumi.com/skipAwait": "true" } };
  expect(await check({ metadata, status: {} }, [])).toEqual([]);
});
