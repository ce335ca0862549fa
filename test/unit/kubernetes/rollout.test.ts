/** When a rollout has ended, and what is said before, by what a Deployment's controller writes of it (Kubernetes 1.37). */
import { describe, expect, it } from "vitest";
import type { Get } from "../../../components/kubernetes/apiClient";
import { verifyRollout } from "../../../components/kubernetes/rollout/ended";
import { hindrances } from "../../../components/kubernetes/rollout/hindrances";
import { watchRollout } from "../../../components/kubernetes/rollout/watch";
import { site } from "./world";

function deployment(observedGeneration: number, reason: string, message = "") {
  const available = { type: "Available", status: "True", reason: "MinimumReplicasAvailable" };
  const progressing = { type: "Progressing", status: "True", reason, message };
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
          {
            name: "gateway",
            ready: false,
            state: { waiting: { reason: "ErrImagePull", message: "no such image" } },
            lastState: {},
          },
          {
            name: "triton",
            ready: false,
            state: { running: { startedAt: "now" } },
            lastState: { terminated: { exitCode: 1, message: "I love it: expected positive, got negative\n" } },
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
  await verifyRollout(site, seconds, seen, async () => get);
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
    "pod sentiment-new, container gateway: ErrImagePull: no such image; the nodes must reach the registry, trust its certificate, and be let in: by registry.generic.pullSecret, or by a login of their own (docs/registries.md)",
    "pod sentiment-new, container triton: it ended with exit code 1: I love it: expected positive, got negative",
  ];
  await expect(check(UNSEEN, [GOING, FAILED])).rejects.toThrow(said.join("\n  "));
});

it("or does not end", async () => {
  await expect(check(UNSEEN, [GOING], 0)).rejects.toThrow(
    /is not rolled out after 0 s: 1 of 2 updated\n {2}pod sentiment-new, /,
  );
});

it("waits for a cluster that does not answer for a moment", async () => {
  const answers = [
    async () => Promise.reject(new Error("ECONNREFUSED")),
    async () => ({ status: 503, body: {} }),
    async () => ({ status: 200, body: ENDED }),
  ];
  const get: Get = () => answers.shift()?.() ?? expect.fail("asked after the end");
  await verifyRollout(site, 60, UNSEEN, async () => get);
  expect(answers).toEqual([]);
});

it("does not wait where the user said to Pulumi not to", async () => {
  const metadata = { generation: 3, annotations: { "pulumi.com/skipAwait": "true" } };
  expect(await check({ metadata, status: {} }, [])).toEqual([]);
});

/** What is said, look by look, of a cluster that answers with one state after another, each in two parts. */
async function watched(
  ...looks: readonly { refused?: string; pod?: object; status?: number; events?: readonly object[] | 403 }[]
): Promise<string[]> {
  const said: string[] = [];
  let now: (typeof looks)[number] = {};
  let over = false;
  const left = [...looks];
  const get: Get = async (path) => {
    if (path.includes("/events?")) {
      expect(new URL(path, "http://api").searchParams.get("fieldSelector")).toContain(
        "involvedObject.name=sentiment-1",
      );
      return now.events === 403 ? { status: 403, body: {} } : { status: 200, body: { items: now.events ?? [] } };
    }
    const conditions = now.refused ? [{ type: "ReplicaFailure", status: "True", message: now.refused }] : [];
    const pod = { metadata: { name: "sentiment-1" }, status: now.pod ?? {} };
    const body = path.includes("/pods?") ? { items: [pod] } : { status: { conditions } };
    return { status: now.status ?? 200, body };
  };
  const look = async () => {
    now = left.shift() ?? {};
    over = left.length === 0;
    return hindrances(get, site);
  };
  await watchRollout(
    look,
    (text) => said.push(text),
    () => over,
    1,
  );
  return said;
}
const waiting = (reason: string, message: string) => ({
  pod: { containerStatuses: [{ name: "triton", ready: false, state: { waiting: { reason, message } } }] },
});
const unplaced = (message: string) => ({
  pod: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
});
const ended = (terminated: object) => ({
  pod: { containerStatuses: [{ name: "triton", ready: false, state: { running: {} }, lastState: { terminated } }] },
});
const event = (reason: string, message: string, second: number) => ({
  reason,
  message,
  lastTimestamp: `2026-11-29T15:00:0${second}Z`,
});
const making = (...events: object[]) => ({ ...waiting("ContainerCreating", ""), events });
const SECRET = 'MountVolume.SetUp failed for volume "keys" : secret "keys" not found';
const QUOTA = (pod: string) =>
  `pods "sentiment-${pod}" is forbidden: exceeded quota: small, requested: limits.cpu=2, used: limits.cpu=2, limited: limits.cpu=3`;

describe("beside a rollout that can't go on", () => {
  it.each([
    ["no room", unplaced("0/3 nodes are available: 3 Insufficient cpu."), /no node: 0\/3 .*; say less under resources/],
    ["no GPU", unplaced("0/1 nodes are available: 1 Insufficient nvidia.com/gpu."), /; add nodes with free GPUs/],
    ["a taint", unplaced("1 node(s) had untolerated taint {a: b}."), /; tolerate it: placement\.tolerations$/],
    [
      "labels",
      unplaced("2 node(s) didn't match Pod's node affinity/selector."),
      /gpu\.products, or none is linux\/amd64/,
    ],
    ["places", unplaced("1 node(s) didn't match pod topology spread constraints."), /placement\.spread waits/],
    [
      "a pull",
      waiting("ImagePullBackOff", "401"),
      /container triton: ImagePullBackOff: 401; .*registry\.generic\.pullSecret/,
    ],
    ["a Secret", waiting("CreateContainerConfigError", 'secret "x" not found'), /secret "x" not found; .*podOverrides/],
    [
      "a volume",
      making(event("FailedMount", SECRET, 2), event("Scheduled", "", 1)),
      /pod sentiment-1: FailedMount: .*secret "keys" not found; what podOverrides mount .* the Secret/,
    ],
    [
      "a network",
      making({
        reason: "FailedCreatePodSandBox",
        message: "no CNI",
        eventTime: "2026-11-29T15:00:01.5Z",
        series: null,
      }),
      /FailedCreatePodSandBox: no CNI; see to the node's/,
    ],
    ["a claim", unplaced('persistentvolumeclaim "disk" not found'), /"disk" not found; a PersistentVolumeClaim that/],
    [
      "what events may not tell",
      { ...waiting("ContainerCreating", ""), events: 403 as const },
      /why no container is made can't be told: asked for events, the cluster says HTTP 403/,
    ],
    ["memory", ended({ reason: "OOMKilled", exitCode: 137 }), /OOMKilled; say more under resources\.memory$/],
    ["an end", ended({ reason: "Error", exitCode: 3, message: "no such flag\n" }), /exit code 3: no such flag$/],
    ["a quota", { refused: QUOTA("a") }, /no pod may be created: exceeded quota: small.*; .*ResourceQuota/],
    ["Pod Security", { refused: 'pods "a" is forbidden: violates PodSecurity "restricted"' }, /podOverrides/],
  ])("says what it is: %s", async (_, state, words) => {
    const said = await watched(state, state, state);
    expect(said).toEqual([expect.stringMatching(words)]);
  });

  it("says so once, whatever the pods that are tried are called", async () => {
    expect(await watched({ refused: QUOTA("a") }, { refused: QUOTA("b") }, { refused: QUOTA("c") })).toHaveLength(1);
  });

  it("says nothing of what the next look finds gone, nor of what is normal", async () => {
    const pulling = waiting("ContainerCreating", "");
    expect(await watched(unplaced("1 Insufficient cpu"), {}, pulling, pulling, pulling)).toEqual([]);
    // The volume came late, and the image is on its way.
    const overcome = making(event("FailedMount", SECRET, 1), event("Pulling", "", 2));
    expect(await watched(overcome, overcome, overcome)).toEqual([]);
  });

  it("says once that it may not look; and looks again after a moment without an answer", async () => {
    const forbidden = { status: 403 };
    expect(await watched(forbidden, forbidden, forbidden)).toEqual([expect.stringContaining("HTTP 403")]);
    const full = unplaced("1 Insufficient cpu");
    expect(await watched({ status: 503 }, full, full)).toEqual([expect.stringContaining("Insufficient cpu")]);
  });
});
