/** What the images know of the registry that they are pushed to, whichever kind it is. Each kind is a file beside this one, which
 *  makes a `Registry` of its own options; what it needs for that (a login, repositories) is its own matter. */
import type * as pulumi from "@pulumi/pulumi";
import type { Login } from "../registryClient";

export interface Registry {
  /** Host, with the port if one is named. */
  readonly server: string;
  /** Repository of a model's images, host included, without a tag. */
  repository(model: string): string;
  /** What images are built and pushed with; absent: what the Docker client is logged in with. */
  readonly login?: { readonly username: pulumi.Input<string>; readonly password: pulumi.Input<string> };
  /** What a pushed image is read with; undefined: without a login. Asked only when one is read, for a program may be run. */
  loginForReading(): pulumi.Input<Login | undefined>;
}
