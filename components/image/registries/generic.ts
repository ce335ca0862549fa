/** A registry that is named by host and path, and asks for a login or none. In: its options, and the stack's `credentials`. Out: a
 *  `Registry`. Without a credential it is used as the Docker client is logged in, and pods get nothing to pull with: what a helper of the
 *  client hands out is often good for hours, and a Secret of it would be another one in each diff. */
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import { repositoriesPlace } from "../../shared/imageReference";
import type { Path } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import type { Program } from "../../shared/program";
import { pemFile } from "../certificate";
import { relativeProblems } from "../contextFiles";
import { type Credentials, credentialName, kindOf, neededCredential } from "../credentials";
import { dockerLogin } from "../dockerLogin";
import { type Login, serverOf } from "../registryClient";
import type { PullWith, Registry, StaticLogin } from "./registry";

const pullSecretOptions = exactlyOneOf({
  credential: neededCredential(["login"], "which a Secret for the pods is made of, such as one that may only pull."),
  name: z
    .string()
    .regex(
      /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
      "must be the name of a Secret: lower-case letters, digits, - and .",
    )
    .meta({ remedy: "write the name that kubectl get secret shows" })
    .describe("Name of a Secret of the type kubernetes.io/dockerconfigjson that the namespace has already."),
  none: z.strictObject({}).describe("No Secret: the nodes log in, or nobody need."),
});

/** `/tritoned_` and a model's key. */
const LONGEST_NAME = 50;

export const genericOptions = z
  .strictObject({
    repository: repositoriesPlace(LONGEST_NAME).describe(
      "Registry and path under which repositories tritoned_<model> are made, such as registry.example.com/triton.",
    ),
    username: z.string().min(1).optional().describe("User, where the credential is { token } and so names none."),
    credential: credentialName(
      ["login", "token"],
      "to push and read with. Default: whatever the Docker client is logged in with.",
    ),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe(
        "PEM file, relative to the project, with the private CA of the registry, for `up` where it reads a build's report. Docker engine and nodes have places of their own for it (docs/registries.md). Default: what Node trusts.",
      ),
    pullSecret: pullSecretOptions
      .optional()
      .describe(
        "What pods pull with. Default: a Secret made of `credential`, where one is named; otherwise none (docs/registries.md).",
      ),
  })
  .describe("Any registry, by host and path.");

export type GenericOptions = z.output<typeof genericOptions>;

export function genericRegistry(options: GenericOptions, known: Credentials, program: Program): Registry {
  const { repository, username, credential } = options;
  const server = serverOf(repository);
  const login = loginOf(credential, known, username);
  const pull = pullWith(options, known, login);
  const { file } = certificateOf(options, program, []);
  let asked: Promise<Login | undefined> | undefined;
  return {
    server,
    repository: (model) => `${repository}/tritoned_${model}`,
    ...(login === undefined ? {} : { login }),
    ...(pull === undefined ? {} : { pull }),
    ...(file === undefined ? {} : { ca: fs.readFileSync(file, "utf8") }),
    loginForReading() {
      if (login !== undefined) return pulumi.output(login);
      // once for all models
      asked ??= dockerLogin(server, (warning) => void pulumi.log.warn(warning));
      return asked;
    },
  };
}

/** `username`: of an entry that names none itself. */
function loginOf(credential: string | undefined, known: Credentials, username?: string): StaticLogin | undefined {
  const entry = credential === undefined ? undefined : known[credential];
  const [user, secret] = [entry?.username ?? username, entry?.password ?? entry?.token];
  return user === undefined || secret === undefined ? undefined : { username: user, password: pulumi.secret(secret) };
}

function pullWith({ pullSecret }: GenericOptions, known: Credentials, pushed?: StaticLogin): PullWith | undefined {
  if (pullSecret?.name !== undefined) return { secret: pullSecret.name };
  if (pullSecret?.none !== undefined) return undefined;
  const login = pullSecret === undefined ? pushed : loginOf(pullSecret.credential, known);
  return login && { login };
}

/** A user without a password, the reverse, or two users; a CA that is nowhere else. `at`: where the options stand. */
export function genericProblems(options: GenericOptions, known: Credentials, at: Path): Problem[] {
  return [...relativeProblems(options.ca, [...at, "ca"]), ...loginProblems(options, known, at)];
}

/** What only the machine can tell. */
export const genericSiteProblems = (options: GenericOptions, program: Program, at: Path): Problem[] =>
  certificateOf(options, program, at).problems;

const certificateOf = ({ ca }: GenericOptions, { projectFolder }: Program, at: Path) =>
  pemFile(ca, projectFolder, [...at, "ca"]);

function loginProblems({ username, credential }: GenericOptions, known: Credentials, at: Path): Problem[] {
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
