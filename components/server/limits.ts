/** What one client may ask of a server. Numbers in three places must agree (the python models, the gateway before Triton,
 *  the pod's memory), so they are computed here together and only handed out. In: the option `serving.limits`, and the times
 *  of a rollout. Out: bytes, seconds, requests. */
import type { Problem } from "../shared/problems";
import { BYTES_PER_TOKEN, LENGTH, type RolloutOptions, type ServingOptions, WAIT_SECONDS } from "./options";

/** JSON writes a character outside of ASCII in three times its UTF-8 bytes (\u0430 for the two of а). */
const JSON_FACTOR = 3;
/** Bytes for names, shapes and parameters around the texts of a request. */
const ENVELOPE = 64 * 1024;

export interface Limits {
  readonly textBytes: number;
  readonly requestBytes: number;
  /** Of a request as it travels, in JSON or protobuf. */
  readonly bodyBytes: number;
  readonly waitSeconds: number;
  readonly waitingRequests: number;
}

export function limitsOf({ limits, maxLength = LENGTH }: ServingOptions, rollout: RolloutOptions): Limits {
  const { requestBytes, waitingRequests } = limits;
  return {
    textBytes: limits.textBytes ?? Math.min(BYTES_PER_TOKEN * maxLength, requestBytes),
    requestBytes,
    bodyBytes: JSON_FACTOR * requestBytes + ENVELOPE,
    waitSeconds: limits.waitSeconds ?? Math.min(WAIT_SECONDS, rollout.longestRequestSeconds),
    waitingRequests,
  };
}

/** Limits that contradict each other, or the time that a stopping pod has. */
export function limitProblems({ limits }: ServingOptions, rollout: RolloutOptions): Problem[] {
  const { textBytes, requestBytes, waitSeconds } = limits;
  const problems: Problem[] = [];
  if (textBytes !== undefined && textBytes > requestBytes) {
    const because = `more than a whole request may have, ${requestBytes}`;
    const remedy = "lower it, or raise serving.limits.requestBytes";
    problems.push({ path: ["serving", "limits", "textBytes"], got: textBytes, because, remedy });
  }
  if (waitSeconds !== undefined && waitSeconds > rollout.longestRequestSeconds) {
    const because = `a stopping pod ends after ${rollout.longestRequestSeconds} seconds, and requests that still wait would be lost`;
    const remedy = "lower it, or raise rollout.longestRequestSeconds";
    problems.push({ path: ["serving", "limits", "waitSeconds"], got: waitSeconds, because, remedy });
  }
  return problems;
}
