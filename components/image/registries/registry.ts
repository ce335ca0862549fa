/** What the images know of the registry that they are pushed to, whichever kind it is. Each kind is a file beside this one, which
 *  makes a `Registry` of its own options; what it needs for that (a login, repositories) is its own matter. */
import type * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../../shared/child";
import type { Locate } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import type { Login } from "../registryClient";

/** A user and a password, which may come from another resource. */
export interface StaticLogin {
  readonly username: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** What pods pull with, in place of a login of their nodes; one of the two. */
export interface PullWith {
  /** A Secret for them is made of it. */
  readonly login?: StaticLogin;
  /** Name of a Secret that the namespace has. */
  readonly secret?: string;
}

export interface Registry {
  /** Host, with the port if one is named. */
  readonly server: string;
  /** Repository of a model's images, host included, without a tag. */
  repository(model: string): string;
  /** What images are built and pushed with; absent: what the Docker client is logged in with. */
  readonly login?: StaticLogin;
  /** PEM of a private CA that has signed its certificate. */
  readonly ca?: string;
  /** Absent: the nodes log in, or nobody need. */
  readonly pull?: PullWith;
  /** What a pushed image is read with; undefined: without a login. Asked only when one is read, for a program may be run. */
  loginForReading(): pulumi.Input<Login | undefined>;
  /** What is wrong with a model's key here, where not all of them make a name. */
  modelProblems?(model: string): Problem[];
  /** Makes what a model's images are pushed to, and logs in. Absent: it is there, and `login` is all there is to know. */
  open?(owner: Owner, model: string, locate: Locate): Opened;
}

/** A repository that can be pushed to, once it is made. */
export interface Opened {
  readonly repository: pulumi.Resource;
  readonly login: NonNullable<Registry["login"]>;
}
