/** How long a Triton pod may take to start and to stop.
 *  Numbers in four objects must agree, or a rollout drops requests, kills a server that is still loading, or `up` gives up
 *  before the cluster does: they are computed here together and only handed out. In: RolloutOptions, and how many pods
 *  are replaced one after another. Out: probes, preStop, --exit-timeout-secs, grace and deadlines, all in seconds.
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

export interface Lifecycle {
  readonly startup: ProbeTiming;
  readonly readiness: ProbeTiming;
  readonly liveness: ProbeTiming;
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

/** `waves`: how many times, at most, a rollout waits for new pods before it replaces the next (1 for one replica). The
 *  progress deadline starts anew with each wave, so only what `up` waits grows with it. */
export function lifecycle(rollout: RolloutOptions, waves = 1): Lifecycle {
  const { startupSeconds, pullSeconds, endpointDelaySeconds, longestRequestSeconds } = rollout;
  const grace = endpointDelaySeconds + longestRequestSeconds + STOP_MARGIN;
  const progressDeadline = startupSeconds + pullSeconds + grace + PROGRESS_MARGIN;
  return {
    startup: { ...STARTUP, failureThreshold: Math.ceil(startupSeconds / STARTUP.periodSeconds) },
    readiness: { periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    liveness: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
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
