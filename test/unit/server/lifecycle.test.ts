import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lifecycle } from "../../../components/server/lifecycle";
import { rolloutOptions } from "../../../components/server/options";

const rollouts = fc.record({
  startupSeconds: fc.integer({ min: 10, max: 3600 }),
  pullSeconds: fc.integer({ min: 0, max: 7200 }),
  endpointDelaySeconds: fc.integer({ min: 0, max: 120 }),
  longestRequestSeconds: fc.integer({ min: 1, max: 600 }),
});

describe("a pod's life", () => {
  it("is this by default", () => {
    expect(lifecycle(rolloutOptions.parse({}))).toEqual({
      startup: { periodSeconds: 2, timeoutSeconds: 10, failureThreshold: 150 },
      readiness: { periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 2 },
      liveness: { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 4, terminationGracePeriodSeconds: 5 },
      gateway: {
        readiness: { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
        liveness: { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 4, terminationGracePeriodSeconds: 5 },
      },
      watch: { periodSeconds: 2.5, patienceSeconds: 3, brokenSeconds: 15, lateSeconds: 30, stopSeconds: 5 },
      preStopSleepSeconds: 5,
      exitTimeoutSeconds: 25,
      connectionSeconds: 2,
      terminationGracePeriodSeconds: 35,
      progressDeadlineSeconds: 965,
      awaitSeconds: 995,
    });
  });

  it("ends before it is killed: sleep + exit timeout < grace", () => {
    fc.assert(
      fc.property(rollouts, (rollout) => {
        const { preStopSleepSeconds, exitTimeoutSeconds, terminationGracePeriodSeconds } = lifecycle(rollout);
        expect(preStopSleepSeconds + exitTimeoutSeconds).toBeLessThan(terminationGracePeriodSeconds);
      }),
    );
  });

  it("may use its whole startup budget, pull and all, before the rollout counts as stuck", () => {
    fc.assert(
      fc.property(rollouts, (rollout) => {
        const { startup, progressDeadlineSeconds, terminationGracePeriodSeconds } = lifecycle(rollout);
        const budget = startup.periodSeconds * startup.failureThreshold;
        expect(budget).toBeGreaterThanOrEqual(rollout.startupSeconds);
        expect(budget + rollout.pullSeconds + terminationGracePeriodSeconds).toBeLessThan(progressDeadlineSeconds);
      }),
    );
  });

  it("is waited for longer than the cluster's own deadline, and longer with each wave", () => {
    fc.assert(
      fc.property(rollouts, fc.integer({ min: 1, max: 1000 }), (rollout, waves) => {
        const one = lifecycle(rollout, waves);
        const more = lifecycle(rollout, waves + 1);
        expect(one.awaitSeconds).toBeGreaterThan(one.progressDeadlineSeconds);
        expect(more.awaitSeconds - one.awaitSeconds).toBeGreaterThanOrEqual(rollout.startupSeconds);
        expect(more.progressDeadlineSeconds).toBe(one.progressDeadlineSeconds);
      }),
    );
  });
});

describe("a dead server", () => {
  const { readiness, liveness, watch } = lifecycle(rolloutOptions.parse({}));
  const { periodSeconds, patienceSeconds, brokenSeconds, lateSeconds, stopSeconds } = watch;
  /** From the moment on at which the probe would fail; a try that hangs takes until its timeout. */
  const heard = ({ periodSeconds: period, failureThreshold }: typeof readiness, each: number) =>
    period + Math.max(period, each) * (failureThreshold - 1) + each;
  /** Triton may be asked in vain for what it has counted, twice a second long. */
  const look = Math.max(periodSeconds, patienceSeconds) + 2;

  it("gets no requests after 10 s, whether it hangs, answers what is broken, or takes the watch with it", () => {
    expect(periodSeconds + patienceSeconds + 1 + heard(readiness, 0)).toBeLessThanOrEqual(10);
    expect(2 * periodSeconds + 1 + heard(readiness, 0)).toBeLessThanOrEqual(10);
    expect(heard(readiness, readiness.timeoutSeconds)).toBeLessThanOrEqual(10);
  });

  it("is restarted after 60 s, with 10 s for Kubernetes itself", () => {
    expect(periodSeconds + brokenSeconds + look + stopSeconds).toBeLessThanOrEqual(50);
    expect(periodSeconds + lateSeconds + look + stopSeconds).toBeLessThanOrEqual(50);
    const { terminationGracePeriodSeconds, timeoutSeconds } = liveness;
    expect(heard(liveness, timeoutSeconds) + terminationGracePeriodSeconds).toBeLessThanOrEqual(50);
  });
});
