/** A registry that is named by host and path, and asks for a login or none. In: its options, and the stack's `credentials`. Out: a
 *  `Registry`. Without a credential it is used as the Docker client is logged in. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Path } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import { type Credentials, credentialName, kindOf } from "../credentials";
import { dockerLogin } from "../dockerLogin";
import type { Login } from "../registryClient";
import type { Registry } from "./registry";

export const genericOptions = z
  .strictObject({
    repository: z
      .string()
      .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, "must be host[:port]/path, without tag")
      .meta({
        remedy: "write it such as registry.example.com/triton: lower case, no https:// before and no tag behind",
      })
      .describe(
        "Registry and path under which repositories tritoned_<model> are made, such as registry.example.com/triton.",
      ),
    username: z.string().min(1).optional().describe("User, where the credential is { token } and so names none."),
    credential: credentialName(
      ["login", "token"],
      "to push and read with. Default: whatever the Docker client is logged in with.",
    ),
  })
  .describe("Any registry, by host and path.");

export type GenericOptions = z.output<typeof genericOptions>;

export function genericRegistry({ repository, username, credential }: GenericOptions, known: Credentials): Registry {
  const server = serverOf(repository);
  const entry = credential === undefined ? undefined : known[credential];
  const [user, secret] = [entry?.username ?? username, entry?.password ?? entry?.token];
  const login =
    user === undefined || secret === undefined ? undefined : { username: user, password: pulumi.secret(secret) };
  let asked: Promise<Login | undefined> | undefined;
  return {
    server,
    repository: (model) => `${repository}/tritoned_${model}`,
    ...(login === undefined ? {} : { login }),
    loginForReading() {
      if (login !== undefined) return pulumi.output(login);
      // once for all models
      asked ??= dockerLogin(server, (warning) => void pulumi.log.warn(warning));
      return asked;
    },
  };
}

/** A user without a password, the reverse, or two users. `at`: where the options stand. */
export function genericProblems({ username, credential }: GenericOptions, known: Credentials, at: Path): Problem[] {
  const entry = credential === undefined ? undefined : known[credential];
  const kind = entry && kindOf(entry);
  if (username !== undefined && credential === undefined) {
    const because = "no credential is named, and a login needs both";
    const remedy = "name one under credential; or leave username out, to use the Docker client's own login";
    return [{ path: [...at, "username"], got: username, because, remedy }];
  }
  if (username !== undefined && kind === "login") {
    const because = "the credential names a user itself";
    return [{ path: [...at, "username"], got: username, because, remedy: "leave it out" }];
  }
  if (username === undefined && kind === "token") {
    const because = "this entry of credentials is { token }, and a login needs a user too";
    const remedy = "set username beside it, or name an entry that is { username, password }";
    return [{ path: [...at, "credential"], got: credential, because, remedy }];
  }
  return [];
}

/** The first part of a reference is a host only if it looks like one; otherwise the reference is on Docker Hub. */
function serverOf(repository: string): string {
  const [first = ""] = repository.split("/");
  return /[.:]/.test(first) || first === "localhost" ? first : "docker.io";
}
