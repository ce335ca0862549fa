/** After `up` has changed a Deployment: waits until its rollout has ended. The Kubernetes provider waits, too, but a rollout is what
 *  it takes for one: it compares the revisions of the Deployment, and where it looks before the Deployment's controller does, it sees
 *  the old one, whose pods are ready (pulumi-kubernetes, pkg/await/deployment.go, changeTriggeredRollout; seen with 4.25). In: the
 *  Deployment as the provider saw it last, and where to ask. Out: nothing, or why new pods are not ready. It only reads. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../shared/problems";
import { type Answer, condition, type Get } from "../apiClient";
import type { KubernetesSite } from "../metadata";
import { hindranceText } from "./hindrance";
import { hindrances } from "./hindrances";

const PAUSE_MILLISECONDS = 500;

const deployment = z.object({
  metadata: z.object({ generation: z.number(), annotations: z.record(z.string(), z.string()).default({}) }),
  status: z.object({
    observedGeneration: z.number().default(0),
    conditions: z.array(condition).default([]),
  }),
});

/** Of a rollout that has not ended: what is said of it, and whether waiting will not help. */
interface State {
  readonly said: string;
  readonly failed?: boolean;
}
const ENDED: State = { said: "" };

/** @param seconds for how long it may go on
 *  @param seen metadata and status of the Deployment as the provider left it
 *  @throws UserError if the rollout fails, or goes on for longer */
export async function verifyRollout(
  site: KubernetesSite,
  seconds: number,
  seen: unknown,
  connect: () => Promise<Get>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  if (stateOf(seen) === ENDED) return;
  const { namespace, names } = site;
  const get = await connect();
  for (;;) {
    const now = await get(`/apis/apps/v1/namespaces/${namespace}/deployments/${names.object}`).then(
      answered,
      unanswered,
    );
    if (now === ENDED) return;
    if (now.failed || Date.now() > deadline) {
      const waited = now.failed ? "" : ` after ${seconds} s`;
      const problem = `the Deployment ${names.object} (namespace ${namespace}) is not rolled out${waited}: ${now.said}`;
      throw new UserError([problem, ...(await said(get, site))].join("\n  "));
    }
    await sleep(PAUSE_MILLISECONDS);
  }
}

const answered = ({ status, body }: Answer): State =>
  status === 200 ? stateOf(body) : { said: `asked for it, the cluster says HTTP ${status}` };

/** A cluster that does not answer for a moment is no verdict. */
const unanswered = (problem: Error): State => ({ said: `the cluster could not be asked: ${problem.message}` });

/** As `kubectl rollout status` tells it (Kubernetes, "Deployments", section "Deployment status"). */
function stateOf(seen: unknown): State {
  const { metadata, status } = deployment.parse(seen);
  if (metadata.annotations["pulumi.com/skipAwait"] === "true") return ENDED;
  if (status.observedGeneration < metadata.generation) return { said: "its controller has yet to look at it" };
  const progressing = status.conditions.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "NewReplicaSetAvailable") return ENDED;
  return {
    said: progressing?.message ?? "it has no pods yet",
    failed: progressing?.reason === "ProgressDeadlineExceeded",
  };
}

async function said(get: Get, site: KubernetesSite): Promise<string[]> {
  const found = await hindrances(get, site).catch(() => []);
  return found.map(hindranceText);
}
