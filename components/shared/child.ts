/** How a child resource is made. Provider, protection and the user's `opts.transforms` come down through the parent, so
 *  a child that is made here, and named after its owner, can be overridden from any language. */
import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "./names";

/** The component that owns children: its logical name and itself. */
export interface Owner {
  readonly name: string;
  readonly resource: pulumi.ComponentResource;
  /** What all children wait for, besides what each waits for itself. */
  readonly after?: pulumi.Input<pulumi.Resource>;
}

interface ChildOptions extends Omit<pulumi.CustomResourceOptions, "parent" | "provider" | "dependsOn"> {
  readonly dependsOn?: readonly pulumi.Input<pulumi.Resource>[];
}

/** Makes `Kind` as the child `<owner>-<role>`. */
export function child<Args, R>(
  Kind: new (name: string, args: Args, opts: pulumi.CustomResourceOptions) => R,
  owner: Owner,
  role: Role,
  args: Args,
  { dependsOn = [], ...opts }: ChildOptions = {},
): R {
  const before = owner.after === undefined ? dependsOn : [owner.after, ...dependsOn];
  return new Kind(`${owner.name}-${role}`, args, { ...opts, dependsOn: [...before], parent: owner.resource });
}
