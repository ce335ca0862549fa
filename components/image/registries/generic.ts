/** A registry that is named by host and path, and asks for a login or none. In: the stack's `registry` and `credentials`.
 *  Out: a `Registry`, which is all that the images know; another kind of registry is another file that makes one. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../shared/problems";
import type { RegistryOptions } from "../options";

export interface Registry {
  /** Host, with the port if one is named. */
  readonly server: string;
  readonly username?: string;
  readonly password?: pulumi.Output<string>;
  /** Repository of a model's images, host included, without a tag. */
  repository(model: string): string;
}

/** Secrets by name, as the stack's `credentials` hold them. */
export type Credentials = Readonly<Record<string, pulumi.Input<string>>>;

export function genericRegistry(options: RegistryOptions, credentials: Credentials): Registry {
  const { repository, username, credential } = options;
  const secret = credential === undefined ? undefined : credentials[credential];
  return {
    server: serverOf(repository),
    ...(username === undefined ? {} : { username }),
    ...(secret === undefined ? {} : { password: pulumi.secret(secret) }),
    repository: (model) => `${repository}/tritoned_${model}`,
  };
}

/** A user without a password, or the reverse. */
export function loginProblems({ username, credential }: RegistryOptions): Problem[] {
  if ((username === undefined) === (credential === undefined)) return [];
  const [set, missing] = username === undefined ? ["credential", "username"] : ["username", "credential"];
  return [
    {
      path: ["registry", set],
      because: `registry.${missing} is not set, and a login needs both`,
      remedy: `set registry.${missing}, or neither, to use the Docker client's own login`,
    },
  ];
}

/** The first part of a reference is a host only if it looks like one; otherwise the reference is on Docker Hub. */
function serverOf(repository: string): string {
  const [first = ""] = repository.split("/");
  return /[.:]/.test(first) || first === "localhost" ? first : "docker.io";
}
