/** What may stand in `credentials`: each entry is of one kind, which its fields tell. Whatever fetches, pushes or pulls with one
 *  says beside its option which kinds it takes (`credentialName`), and is held to that by options/credentialUses.ts. In: entries.
 *  Out: their schema, their kind, and the JSON that a build gets. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { reachingInput } from "../shared/reachingInput";

export type CredentialKind = "token" | "login" | "keys";

/** The fields of each kind. */
const KINDS: Readonly<Record<CredentialKind, readonly string[]>> = {
  token: ["token"],
  login: ["username", "password"],
  keys: ["accessKeyId", "secretAccessKey"],
};
const NAMES = Object.keys(KINDS) as CredentialKind[];

/** As errors and docs show a kind: by its fields. */
export const kindText = (kind: CredentialKind): string => `{ ${KINDS[kind].join(", ")} }`;

/** Several, of which any will do. */
export const kindsText = (kinds: readonly CredentialKind[]): string => kinds.map(kindText).join(" or ");

const ALL = NAMES.map(kindText).join(", ");

const field = (text: string) =>
  reachingInput(z.string().refine((value) => value.trim() !== "", "must not be empty"))
    .meta({ remedy: "write text, in quotes if it looks like a number" })
    .optional()
    .describe(text);

/** One entry. */
export const credentialOptions = z
  .strictObject({
    token: field("A token, such as one of the Hugging Face Hub."),
    username: field("A user; goes with password."),
    password: field("The user's password."),
    accessKeyId: field("An access key; goes with secretAccessKey."),
    secretAccessKey: field("The access key's secret."),
  })
  .superRefine((entry, context) => {
    // a misspelt field is told already
    if (kindOf(entry) !== undefined || context.issues.length > 0) return;
    const fields = fieldsOf(entry);
    const message =
      fields.length === 0 ? "has no field" : `has ${fields.join(" and ")}, which is no kind of credential`;
    context.addIssue({ code: "custom", message, params: { remedy: `write exactly one of ${ALL}` } });
  })
  .meta({
    typeName: "Credential",
    remedy: `write exactly one of ${ALL}; text alone is the old form: take it out with pulumi config rm --path 'triton-bert:credentials.<name>', and store each field with pulumi config set --secret --path 'triton-bert:credentials.<name>.<field>'`,
  });

export type Credential = z.output<typeof credentialOptions>;

/** By name. */
export type Credentials = Readonly<Record<string, Credential>>;

const fieldsOf = (entry: object): string[] =>
  Object.entries(entry).flatMap(([name, value]) => (value === undefined ? [] : [name]));

/** The kind of an entry; undefined of one that is of none. */
export function kindOf(entry: Credential): CredentialKind | undefined {
  const fields = fieldsOf(entry);
  return NAMES.find(
    (kind) => KINDS[kind].length === fields.length && KINDS[kind].every((name) => fields.includes(name)),
  );
}

/** Key in a schema's metadata: the kinds that the entry named there may be of. */
export const TAKES = "takes";

/** An option that may name an entry of `credentials`. `what`: of it. */
export const credentialName = (takes: readonly CredentialKind[], what: string) =>
  namingOne(z.string().optional(), takes, what);

/** An option that must name one. */
export const neededCredential = (takes: readonly CredentialKind[], what: string) => namingOne(z.string(), takes, what);

const namingOne = <Name extends z.ZodType>(name: Name, takes: readonly CredentialKind[], what: string): Name =>
  name.meta({ [TAKES]: takes }).describe(`Name of an entry of \`credentials\`, ${kindsText(takes)}, ${what}`);

/** The entry as one build argument, so that a kind of storage with other fields needs no other argument. A secret. */
export function credentialJson(entry: Credential): pulumi.Output<string> {
  return pulumi.secret(pulumi.output(entry).apply((fields) => JSON.stringify(fields)));
}
