/** Options of the objects that contradict each other. In: what could be read of them; what could not, or is not said, blames
 *  nothing. Out: problems. Pure; what takes the server's plan to tell is told by ours. */
import { text } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { placementProblems } from "./placement";
import { routeProblems } from "./route/checks";
import { type KedaOptions, scalerOf } from "./scaling/options";
import { SIGNALS, type SignalName } from "./scaling/signals";
import type { ObjectsSpec } from "./spec";

type Said = Partial<ObjectsSpec>;

export function objectProblems(said: Said): Problem[] {
  return [
    ...scalingProblems(said),
    ...(said.placement ? placementProblems(said.placement) : []),
    ...(said.service ? routeProblems(said.service) : []),
  ];
}

/** What the kinds of autoscalers have between them. */
interface Scaler {
  readonly min: number;
  readonly max: number;
  readonly fallbackReplicas?: number | undefined;
  readonly signal?: SignalName | undefined;
  readonly target?: string | undefined;
}

function scalingProblems({ autoscaling, replicas }: Said): Problem[] {
  const asked = autoscaling && scalerOf(autoscaling);
  if (!asked) return [];
  const { kind, scaler } = asked;
  return [
    ...boundsProblems(kind, scaler, replicas),
    ...targetProblems(kind, scaler),
    ...(autoscaling.keda ? awsProblems(autoscaling.keda) : []),
  ];
}

function boundsProblems(kind: string, { min, max, fallbackReplicas }: Scaler, replicas: number | undefined): Problem[] {
  const problems: Problem[] = [];
  if (max < min) {
    const because = `less than min, ${min}`;
    const remedy = `set autoscaling.${kind}.max to ${min} or more`;
    problems.push({ path: ["autoscaling", kind, "max"], got: max, because, remedy });
  }
  if (fallbackReplicas !== undefined && fallbackReplicas > Math.max(min, max)) {
    const because = `more than max, ${max}`;
    const remedy = `set it to ${max} or less, or raise max`;
    problems.push({ path: ["autoscaling", kind, "fallbackReplicas"], got: fallbackReplicas, because, remedy });
  }
  if (replicas !== undefined) {
    const because = `autoscaling.${kind} decides the number of pods`;
    const remedy = `remove replicas and set autoscaling.${kind}.min, or remove autoscaling`;
    problems.push({ path: ["replicas"], got: replicas, because, remedy });
  }
  return problems;
}

/** A target has the unit of its signal. */
function targetProblems(kind: string, { signal, target }: Scaler): Problem[] {
  if (signal === undefined || target === undefined || SIGNALS[signal].target.pattern.test(target)) return [];
  const { remedy } = SIGNALS[signal].target;
  const because = `no target for the signal ${signal}`;
  return [{ path: ["autoscaling", kind, "target"], got: target, because, remedy }];
}

/** KEDA signs only for who is named by a TriggerAuthentication with a pod identity or keys of AWS; one that it can't sign for it asks
 *  unsigned, and refuses another login beside a pod identity (keda 2.21, aws_sigv4.go and prometheus_scaler.go). */
function awsProblems({ prometheus, awsRegion, authenticationRef }: KedaOptions): Problem[] {
  const at = ["autoscaling", "keda"];
  const [, region] = /^https?:\/\/aps-workspaces\.([^./]+)\.amazonaws\.com\b/.exec(prometheus) ?? [];
  if (region !== undefined && awsRegion !== region) {
    const because = `questions to ${prometheus} are signed for its region`;
    return [{ path: [...at, "awsRegion"], got: awsRegion, because, remedy: `set it to ${region}` }];
  }
  if (awsRegion === undefined) return [];
  if (authenticationRef === undefined) {
    const because = "KEDA signs as who a TriggerAuthentication names, and none is said";
    const remedy = text`set ${[...at, "authenticationRef"]} to one with podIdentity: { provider: aws }`;
    return [{ path: [...at, "awsRegion"], got: awsRegion, because, remedy }];
  }
  if (authenticationRef.modes === undefined) return [];
  const because = "a signed question has no other login";
  return [
    { path: [...at, "authenticationRef", "modes"], got: authenticationRef.modes, because, remedy: "leave it out" },
  ];
}
