/** Whose each step is. In: the steps. Out: the models, each with its own, and what belongs to none. */
import { SERVICE_TYPE } from "../components/serviceChildren";
import { type Inputs, type Op, type Step, urnParts } from "./preview";

/** Before or after. */
export type Side = "old" | "new";

/** A service, and what it is made of. */
export interface Model {
  readonly name: string;
  /** What happens to the service as a whole: it comes, goes, or changes. */
  readonly op: Op;
  /** What the user wrote; undefined where that is not recorded, as by versions of this package before the one that does. */
  readonly options: Readonly<Record<Side, Inputs | undefined>>;
  readonly children: readonly Child[];
}

/** A step of a model's own. */
export interface Child extends Step {
  /** What it is to its model (components/shared/names.ts). */
  readonly role: string;
}

export interface Grouped {
  /** By name. */
  readonly models: readonly Model[];
  readonly others: readonly Step[];
}

/** Sorts the steps by owner. */
export function byModel(steps: readonly Step[]): Grouped {
  const parents = new Map(steps.map(({ urn, parent }) => [urn, parent]));
  const owned = new Map<string, Step[]>();
  const others: Step[] = [];
  for (const step of steps) {
    const owner = ownerOf(step.urn, parents);
    if (owner === undefined) others.push(step);
    else owned.set(owner, [...(owned.get(owner) ?? []), step]);
  }
  const models = [...owned].map(([urn, own]) => model(urn, own));
  return { models: models.sort((a, b) => (a.name < b.name ? -1 : 1)), others };
}

/** The model's own step of a role, if there is one. */
export const childOf = ({ children }: Model, role: string): Child | undefined =>
  children.find((child) => child.role === role);

export const isModelImage = ({ role }: Child): boolean => role.startsWith("model-image-");

/** A model image never changes: another export is another image, and the old one only leaves the state. */
export const isOldExport = (child: Child, { op }: Model): boolean =>
  isModelImage(child) && child.op === "delete" && op !== "delete";

function ownerOf(urn: string, parents: ReadonlyMap<string, string | undefined>): string | undefined {
  const seen = new Set<string>();
  for (let at: string | undefined = urn; at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (urnParts(at).type === SERVICE_TYPE) return at;
    seen.add(at);
  }
  return undefined;
}

function model(urn: string, steps: readonly Step[]): Model {
  const { name } = urnParts(urn);
  const own = steps.find((step) => step.urn === urn);
  const children = steps
    .filter((step) => step.urn !== urn)
    .map((step) => ({ ...step, role: roleOf(step.name, name) }))
    .sort((a, b) => (a.role < b.role ? -1 : 1));
  return { name, op: own?.op ?? "same", options: { old: recorded(own?.old), new: recorded(own?.new) }, children };
}

const recorded = (inputs: Inputs | undefined): Inputs | undefined =>
  inputs === undefined || Object.keys(inputs).length === 0 ? undefined : inputs;

const roleOf = (name: string, owner: string): string =>
  name.startsWith(`${owner}-`) ? name.slice(owner.length + 1) : name;
