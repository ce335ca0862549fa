/** How long a Triton pod may take to start and to stop, and how soon it is noticed that it is dead.
 *  Numbers in four objects must agree, or a rollout drops requests, kills a server that is still loading, or `up` gives up
 *  before the cluster does: they are computed here together and only handed out. In: RolloutOptions, and how many pods
 *  are replaced one after another. Out: probes, the watch's times, preStop, --exit-timeout-secs, grace and deadlines, all in
 *  seconds.
 *  Source: Kubernetes, "Pod Lifecycle", section "Termination of Pods", and "Deployments", section "Progress Deadline". */
import type { RolloutOptions } from "./options";

/** Seconds between "the last request may end" and SIGKILL: unloading models and stopping python stubs took 1–2 s. */
const STOP_MARGIN = 5;
/** Seconds that Kubernetes' own steps (scheduling, status, endpoints) may add before a rollout counts as stuck. */
const PROGRESS_MARGIN = 30;
/** Seconds that `up` waits past the cluster's own deadline, so that it reads the cluster's verdict and not its own. */
const AWAIT_MARGIN = 30;

/** A probe's numbers, as Kubernetes names them. */
export interface ProbeTiming {
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** The grace is that of a kill after the probe has failed. */
export type LivenessTiming = ProbeTiming & { readonly terminationGracePeriodSeconds: number };

/** How the watch looks at the server (images/server/src/bert_watch). */
export interface WatchTiming {
  /** From look to look, and how long each waits for an answer. */
  readonly periodSeconds: number;
  readonly patienceSeconds: number;
  /** Of broken answers, and in which nothing moves, until the server counts as dead. */
  readonly brokenSeconds: number;
  readonly lateSeconds: number;
  /** That a dead server gets to end by itself. */
  readonly stopSeconds: number;
}

export interface Lifecycle {
  readonly startup: ProbeTiming;
  readonly readiness: ProbeTiming;
  readonly liveness: LivenessTiming;
  readonly gateway: { readonly readiness: ProbeTiming; readonly liveness: LivenessTiming };
  readonly watch: WatchTiming;
  readonly preStopSleepSeconds: number;
  readonly exitTimeoutSeconds: number;
  /** After it a client is asked to connect anew; shorter than the preStop sleep, so that none is left when it ends. */
  readonly connectionSeconds: number;
  readonly terminationGracePeriodSeconds: number;
  readonly progressDeadlineSeconds: number;
  /** For `customTimeouts`: how long `up` waits for the rollout. */
  readonly awaitSeconds: number;
}

/** Asked often, since a pod serves only after its first success; a try may take longer than the period (starting python,
 *  answering the golden examples on a busy CPU), the kubelet never runs two at once. */
const STARTUP = { periodSeconds: 2, timeoutSeconds: 10 };

/** Not ready within 10 s: the look after a death comes 2.5 s later at most, and waits 3 s for an answer, or sees a second
 *  broken one 2.5 s later; the kubelet hears of it at the second of its probes from then on. */
const READINESS = { periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 2 };
/** Restarted within 60 s: those in which nothing moves, one look more, and what a dead server gets to end by itself. */
const WATCH = { periodSeconds: 2.5, patienceSeconds: 3, brokenSeconds: 15, lateSeconds: 30, stopSeconds: 5 };
/** Only fails when the watch itself hangs, who ends a dead server long before and says why, or the gateway. There is nothing
 *  left to drain then, so the kill does not wait as a stop does. */
const LIVENESS = { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 4, terminationGracePeriodSeconds: 5 };
/** Within 10 s as well. A body that is dear to look into holds nginx up for a tenth of a second, and 16 may come at once. */
const GATEWAY_READINESS = { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 };

/** `waves`: how many times, at most, a rollout waits for new pods before it replaces the next (1 for one replica). The
 *  progress deadline starts anew with each wave, so only what `up` waits grows with it. */
export function lifecycle(rollout: Omit<RolloutOptions, "verify">, waves = 1): Lifecycle {
  const { startupSeconds, pullSeconds, endpointDelaySeconds, longestRequestSeconds } = rollout;
  const grace = endpointDelaySeconds + longestRequestSeconds + STOP_MARGIN;
  const progressDeadline = startupSeconds + pullSeconds + grace + PROGRESS_MARGIN;
  return {
    startup: { ...STARTUP, failureThreshold: Math.ceil(startupSeconds / STARTUP.periodSeconds) },
    readiness: READINESS,
    liveness: LIVENESS,
    gateway: { readiness: GATEWAY_READINESS, liveness: LIVENESS },
    watch: WATCH,
    preStopSleepSeconds: endpointDelaySeconds,
    exitTimeoutSeconds: longestRequestSeconds,
    // Half: for a second or two after a pod has begun to go, clients are still sent to it (measured: with 0.8 one request in
    // ten thousand came too late). gRPC varies it by a tenth besides.
    connectionSeconds: Math.max(1, Math.floor(endpointDelaySeconds / 2)),
    terminationGracePeriodSeconds: grace,
    progressDeadlineSeconds: progressDeadline,
    awaitSeconds: progressDeadline + (waves - 1) * (startupSeconds + grace) + AWAIT_MARGIN,
  };
}
