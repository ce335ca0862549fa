/** After `up` has made everything: waits until the autoscaler sees a value of what it steers at. An autoscaler whose
 *  metric stays unknown never scales, and says so only where nobody looks. In: the autoscaler, and where the cluster is.
 *  Out: nothing, or the reason and the way out. It only reads. */
import { setTimeout as sleep } from "node:timers/promises";
import { pathText } from "../../shared/paths";
import { UserError } from "../../shared/problems";
import type { Connect, Get } from "../apiClient";
import { adapterRuleText } from "./adapterRule";
import { type Finding, finding } from "./finding";
import { type AutoscalingOptions, scalerOf } from "./options";
import type { Scaled } from "./scaled";
import { kedaQuery } from "./scaledObject";

const PAUSE_MILLISECONDS = 5_000;

/** Whether there is an autoscaler whose metric is to be seen after `up`. */
export const isChecked = (options: AutoscalingOptions): boolean => scalerOf(options)?.scaler.verify ?? false;

/** @throws UserError if the autoscaler is still blind after its `verifySeconds` */
export async function verifyAutoscaler(scaled: Scaled, connect: Connect): Promise<void> {
  const asked = scalerOf(scaled.options);
  if (asked === undefined) return;
  const deadline = Date.now() + asked.scaler.verifySeconds * 1000;
  let get: Get | undefined;
  for (;;) {
    const found = await look(async () => {
      get ??= await connect();
      return finding(get, scaled);
    });
    if (found === undefined) return;
    if (found.final || Date.now() + PAUSE_MILLISECONDS > deadline) throw new UserError(message(scaled, asked, found));
    await sleep(PAUSE_MILLISECONDS);
  }
}

/** A cluster that does not answer for a moment is no verdict. */
async function look(ask: () => Promise<Finding | undefined>): Promise<Finding | undefined> {
  try {
    return await ask();
  } catch (problem) {
    return {
      reason: `the cluster could not be asked: ${problem instanceof Error ? problem.message : String(problem)}`,
    };
  }
}

function message(
  scaled: Scaled,
  { kind, scaler }: NonNullable<ReturnType<typeof scalerOf>>,
  { reason, final }: Finding,
): string {
  const option = pathText([...scaled.path, kind]);
  const waited = final ? "" : ` after ${scaler.verifySeconds} s`;
  return (
    `${option}: everything is deployed, but the autoscaler has no metric value${waited}: ${reason}.\n` +
    `${fix(scaled)}\nWhile it is blind the pods stay as they are. ` +
    `To wait longer set ${option}.verifySeconds; to deploy without this check, ${option}.verify: false.`
  );
}

function fix({ site, options: { cpu, keda, podsMetric }, apiName }: Scaled): string {
  if (cpu) return "It needs metrics-server: `kubectl top pods` must show the service's pods.";
  if (keda)
    return (
      `KEDA must reach Prometheus at ${keda.prometheus}, which must scrape :8002 of the service's pods and answer this with a number:\n` +
      `  ${kedaQuery(site, keda, apiName)}`
    );
  if (podsMetric)
    return (
      "Prometheus must scrape :8002 of the service's pods, and the cluster's metrics adapter must have this rule (docs/autoscaling.md):\n" +
      adapterRuleText(podsMetric, apiName)
    );
  return "";
}
