/** What two previews must have in common to be the same change. In: the steps. Out: what each does, and a hash of it. Nothing is in it
 *  that varies by machine, path, time or order; a secret is, but only as "[secret]". */
import { canonicalJson, sha256 } from "../components/shared/canonicalJson";
import type { Inputs, Op, Step } from "./preview";

export interface Change {
  readonly op: Op;
  readonly urn: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** Hex digits: who may write the config shall not find another change of the same hash. */
const DIGITS = 32;

/** How this machine reaches the cluster; which one it is stands in clusterIdentifier. */
const OF_THE_MACHINE: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:kubernetes": ["kubeconfig", "context"],
};

/** Sorted by resource. */
export function changesOf(steps: readonly Step[]): Change[] {
  return steps
    .filter(({ op }) => op !== "same")
    .map((step) => ({ op: step.op, urn: step.urn, old: lasting(step.old, step), new: lasting(step.new, step) }))
    .sort((a, b) => (`${a.urn} ${a.op}` < `${b.urn} ${b.op}` ? -1 : 1));
}

export const changesHash = (changes: readonly Change[]): string => sha256(canonicalJson(changes)).slice(0, DIGITS);

function lasting(inputs: Inputs | undefined, { type, name }: Step): unknown {
  if (inputs === undefined) return undefined;
  const dropped = OF_THE_MACHINE[type] ?? [];
  const kept = Object.entries(inputs).filter(([key]) => !dropped.includes(key));
  return withoutAutonames(Object.fromEntries(kept), name);
}

/** A provider that makes up a name makes up another in each preview: the logical one with a random end. */
function withoutAutonames(value: unknown, logicalName: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutAutonames(inner, logicalName));
  if (value === null || typeof value !== "object") return value;
  const isMadeUp = (key: string, inner: unknown) =>
    key === "name" && typeof inner === "string" && madeUp(value, inner, logicalName);
  const kept = Object.entries(value).filter(([key, inner]) => !isMadeUp(key, inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutAutonames(inner, logicalName)]));
}

/** pulumi-kubernetes says so by an annotation, bridged providers in __defaults. */
function madeUp(holder: object, name: string, logicalName: string): boolean {
  if (!name.startsWith(`${logicalName}-`)) return false;
  const { annotations, __defaults: defaults } = holder as {
    annotations?: Readonly<Record<string, string>>;
    __defaults?: readonly string[];
  };
  return annotations?.["pulumi.com/autonamed"] === "true" || (Array.isArray(defaults) && defaults.includes("name"));
}
