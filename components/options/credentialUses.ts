/** Holds every option that names an entry of `credentials` to what it may name, wherever it stands: a new storage or registry says
 *  its kinds beside its option and is checked here. In: a schema, what could be read of its value, and the entries; undefined
 *  where those could not be read, which blames nothing. Out: problems, which never hold a secret. */
import type { z } from "zod";
import { type CredentialKind, type Credentials, kindOf, kindsText, kindText, TAKES } from "../image/credentials";
import { didYouMean } from "../shared/didYouMean";
import type { Path } from "../shared/paths";
import { type Problem, withoutSecret } from "../shared/problems";
import { inside, unwrap, valueAt } from "./schemaWalk";

interface Use {
  readonly path: Path;
  readonly name: string;
  readonly takes: readonly CredentialKind[];
}

/** Names that no entry has, and entries of another kind than what names them takes. */
export function credentialProblems(schema: z.ZodType, said: unknown, credentials: Credentials | undefined): Problem[] {
  if (credentials === undefined) return [];
  return usesIn(schema, said, []).flatMap((use) => {
    const entry = Object.hasOwn(credentials, use.name) ? credentials[use.name] : undefined;
    if (entry === undefined) return [unknownName(use, Object.keys(credentials))];
    const kind = kindOf(entry);
    return kind === undefined || use.takes.includes(kind) ? [] : [wrongKind(use, kind)];
  });
}

function usesIn(schema: z.ZodType, value: unknown, path: Path): Use[] {
  const takes = (schema.meta()?.[TAKES] ?? unwrap(schema).meta()?.[TAKES]) as Use["takes"] | undefined;
  if (takes !== undefined) return typeof value === "string" ? [{ path, name: value, takes }] : [];
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const field = inside(schema, key);
    return field ? usesIn(field, valueAt(value, [key]), [...path, key]) : [];
  });
}

function unknownName({ path, name, takes }: Use, known: readonly string[]): Problem {
  const nearest = didYouMean(name, known);
  const remedy = nearest === undefined ? adding(takes) : `did you mean "${nearest}"?`;
  return { path, got: withoutSecret(name, path), because: "no entry of credentials has this name", remedy };
}

function wrongKind({ path, name, takes }: Use, kind: CredentialKind): Problem {
  const because = `this entry of credentials is ${kindText(kind)}, and ${kindsText(takes)} is needed here`;
  return { path, got: name, because, remedy: `name one that is ${kindsText(takes)}; ${adding(takes)}` };
}

const adding = (takes: readonly CredentialKind[]): string =>
  `to add one, store each field of ${kindsText(takes)} with: pulumi config set --secret --path 'triton-bert:credentials.<name>.<field>'`;
