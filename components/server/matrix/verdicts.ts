/** What the support matrix says of every release on one target, as rows for people. In: a target. Out: rows, newest release first. */

import { obstacleText, stated, type Target } from "../compatibility";
import { type Release, releases } from "../facts";
import { judge } from "../supportMatrix";

export interface VerdictRow {
  readonly release: Release;
  /** ok: runs and is secure. warning: rests on what no source states. insecure: runs, with known CVEs. no: does not run. */
  readonly verdict: "ok" | "warning" | "insecure" | "no";
  readonly why: string;
}

export function verdictRows(target: Target): VerdictRow[] {
  return [...releases].reverse().map((release) => {
    const { obstacle, cves, unknown, nearest } = judge(release, target);
    if (obstacle) {
      const instead = nearest === undefined ? "" : `; nearest that runs: ${nearest}`;
      return { release, verdict: "no", why: `${obstacleText(obstacle)}${instead}` };
    }
    const why = [...(cves === undefined ? [] : [cves]), ...unknown].join("; ");
    if (cves !== undefined) return { release, verdict: "insecure", why };
    return { release, verdict: unknown.length > 0 ? "warning" : "ok", why };
  });
}

/** The newest release that is secure and runs there; without one the newest that runs. */
export function newestFor(target: Target): VerdictRow | undefined {
  const running = verdictRows(target).filter(({ verdict }) => verdict !== "no");
  return running.find(({ verdict }) => verdict !== "insecure") ?? running[0];
}

export const leastDriver = (release: Release): string => stated(release, "cuda_major_min_driver").value;
