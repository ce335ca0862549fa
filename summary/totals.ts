/** Sums over all models. In: what happens to each, and to the rest. Out: rows of a name and words. */
import type { ModelChange } from "./change";
import { coresText, gibibytesText } from "./facts";
import { isOldExport } from "./models";
import type { Pods } from "./pods";
import type { Step } from "./preview";

export interface Total {
  readonly of: string;
  readonly text: string;
}

export function totalsOf(changes: readonly ModelChange[], others: readonly Step[]): Total[] {
  return [
    { of: "models", text: modelsText(changes) },
    { of: "objects", text: doomedText(changes, others) },
    { of: "downtime", text: downtimeText(changes) },
    ...gpuTotals(changes),
    { of: "replicas", text: sumText(changes, () => 1, String) },
    {
      of: "CPU requests",
      text: sumText(
        changes,
        ({ cpu }) => cpu,
        (cores) => `${coresText(cores)} cores`,
      ),
    },
    { of: "memory requests", text: sumText(changes, ({ memory }) => memory, gibibytesText) },
  ];
}

function modelsText(changes: readonly ModelChange[]): string {
  const count = (wanted: ModelChange["kind"]) => changes.filter(({ kind }) => kind === wanted).length;
  const parts = (["changed", "added", "removed"] as const).map((kind): [string, number] => [kind, count(kind)]);
  const told = parts.filter(([, number]) => number > 0).map(([kind, number]) => `${number} ${kind}`);
  const quiet = count("same") + count("recorded");
  return [...(told.length === 0 ? ["none changed"] : told), `${quiet} unchanged`].join(", ");
}

function doomedText(changes: readonly ModelChange[], others: readonly Step[]): string {
  const owned = changes.flatMap(({ model }) => model.children.filter((child) => !isOldExport(child, model)));
  const services = changes.filter(({ model }) => model.op === "delete").length;
  const all = [...owned, ...others];
  const deletes = all.filter(({ op }) => op === "delete").length;
  const replaces = all.filter(({ op }) => op === "replace").length;
  const whole = services > 0 ? ` (${services} whole ${services === 1 ? "model" : "models"})` : "";
  return `${deletes} deleted${whole}, ${replaces} replaced`;
}

function downtimeText(changes: readonly ModelChange[]): string {
  const count = changes.filter(({ isDowntime }) => isDowntime).length;
  if (count === 0) return "none";
  return count === 1 ? "1 model" : `${count} models`;
}

/** A row for each kind of GPU that there is, before or after. */
function gpuTotals(changes: readonly ModelChange[]): Total[] {
  const names = new Set(
    changes.flatMap(({ before, after }) => [before, after].flatMap((pods) => Object.keys(pods?.gpus ?? {}))),
  );
  if (names.size === 0) return [{ of: "GPUs", text: "none" }];
  return [...names].sort().map((name) => ({
    of: "GPUs",
    text: `${name} ${sumText(changes, ({ gpus }) => gpus[name] ?? 0, String)}`,
  }));
}

/** `2 → 3`, and with autoscalers what it can become. */
function sumText(changes: readonly ModelChange[], each: (pods: Pods) => number, text: (sum: number) => string): string {
  const total = (side: "before" | "after", bound: "least" | "most") =>
    changes.reduce(
      (sum, change) => sum + (change[side] === undefined ? 0 : each(change[side]) * change[side][bound]),
      0,
    );
  const pair = (bound: "least" | "most") => {
    const [old, now] = [text(total("before", bound)), text(total("after", bound))];
    return old === now ? `${now}, as before` : `${old} → ${now}`;
  };
  const [least, most] = [pair("least"), pair("most")];
  return least === most ? least : `${least} (with autoscalers at most: ${most})`;
}
