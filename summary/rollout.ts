/** What a change does to the pods that serve. In: a model's steps, its pods before and after. Out: words, and whether it is downtime. */
import { isDeepStrictEqual } from "node:util";
import { childOf, type Model } from "./models";
import type { Pods } from "./pods";

export interface Rollout {
  readonly text: string;
  /** Why nobody answers for a while; undefined: somebody does. */
  readonly downtime?: string;
}

/** Undefined: the model comes or goes as a whole, or nothing about it changes. */
export function rolloutOf(model: Model, before: Pods | undefined, after: Pods | undefined): Rollout | undefined {
  if (model.op === "create" || model.op === "delete") return undefined;
  const gone = ["deployment", "service"].filter((role) =>
    ["replace", "delete"].includes(childOf(model, role)?.op ?? ""),
  );
  if (gone.length > 0) return down(`the ${gone.join(" and the ")} is gone for a while`);
  if (childOf(model, "deployment")?.op !== "update") return undefined;
  if (before === undefined || after === undefined) return { text: "rollout that can't be judged" };
  if (isDeepStrictEqual(before.template, after.template)) return { text: "no pod restarts" };
  if (after.missing === 0) return { text: "rolling, no downtime" };
  if (after.missing >= after.least)
    return down(
      after.most > after.least
        ? "the only pod goes first, unless more run then"
        : "the last pod goes before a new one is ready",
    );
  return { text: `rolling, no downtime, ${after.missing} of ${after.least} pods missing at a time` };
}

const down = (why: string): Rollout => ({ text: "downtime", downtime: why });
