/** What keeps the containers of a pod from being made: a volume that can't be mounted, a network that is not there. The pod's status says
 *  ContainerCreating all the while, and only events tell. In: the pod. Out: what its last event says, if that is it; whatever was
 *  overcome has later ones. Source: Kubernetes, pkg/kubelet/events. */
import { z } from "zod";
import type { Get } from "../apiClient";
import { type Hindrance, read, Unreadable } from "./hindrance";

const time = z.string().nullish();
const events = z.object({
  items: z
    .array(
      z.object({
        reason: z.string().default(""),
        message: z.string().default(""),
        lastTimestamp: time,
        eventTime: time,
        series: z.object({ lastObservedTime: time }).nullish(),
      }),
    )
    .default([]),
});

const mounted =
  "what podOverrides mount must be in the namespace: the Secret, ConfigMap or PersistentVolumeClaim, and the key in it";

const REMEDIES: Readonly<Record<string, string>> = {
  FailedMount: mounted,
  FailedMapVolume: mounted,
  FailedAttachVolume: "the volume must be free, and in reach of the node",
  FailedCreatePodSandBox: "see to the node's container runtime and pod network",
  NetworkNotReady: "see to the node's pod network",
};

export async function unmade(get: Get, namespace: string, pod: string): Promise<Hindrance[]> {
  const selector = new URLSearchParams({ fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${pod}` });
  try {
    const { items } = events.parse(read("events", await get(`/api/v1/namespaces/${namespace}/events?${selector}`)));
    const last = items
      .map(({ lastTimestamp, eventTime, series, ...said }) => ({
        ...said,
        at: Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? "") || 0,
      }))
      .sort((one, other) => one.at - other.at)
      .at(-1);
    const remedy = last && REMEDIES[last.reason];
    if (last === undefined || remedy === undefined) return [];
    return [{ key: `pod ${pod} ${last.reason}`, said: `pod ${pod}: ${last.reason}: ${last.message.trim()}`, remedy }];
  } catch (problem) {
    if (!(problem instanceof Unreadable)) throw problem;
    // What else is in the way can be seen all the same.
    return [{ key: "events", said: `why no container is made can't be told: ${problem.message}`, remedy: "" }];
  }
}
