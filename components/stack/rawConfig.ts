/** Reads the stack's `triton-bert:` keys as the engine hands them over. Nothing else in the project reads these. In: the
 *  keys. Out: their values, parsed; credentials as secrets; problems for what may not be read at all.
 *
 *  The engine tells of a key only whether a secret is somewhere in it, and gives nested secrets out in plain. So a key
 *  other than `credentials` that holds one is refused unread: its values could end up in an error, a tag or a context. For
 *  the same reason a credential in plain text is noticed only where none of them is encrypted. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Credential, Credentials } from "../image/credentials";
import { fieldsOf, isMap } from "../options/schemaWalk";
import { CONFIG_NAMESPACE, stackKeys, stackOnlyOptions } from "../options/stackOptions";
import { instruction, schemaProblems } from "../options/validate";
import { didYouMean, nearestOf } from "../shared/didYouMean";
import { locateProblem, type Problem } from "../shared/problems";
import { inStack } from "./places";

/** Keys whose value is text; the engine hands all others over as JSON. */
const TEXT_KEYS = ["namespace", "namePrefix"];

export const ADD_MODEL = `add one, such as  ${CONFIG_NAMESPACE}:models: { sentiment: { model: { local: { path: models/sentiment } } } }`;

export interface RawConfig {
  /** By key, without the namespace; `credentials` is not among them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By name, each field a secret; one that has a problem is empty. Undefined where they could not be read. */
  readonly credentials: Credentials | undefined;
  /** Keys that hold something which was refused unread. */
  readonly unread: readonly string[];
  readonly problems: readonly Problem[];
}

export function readRawConfig(): RawConfig {
  const values: Record<string, unknown> = {};
  const unread: string[] = [];
  const problems: Problem[] = [];
  let credentials: RawConfig["credentials"] = {};
  for (const [fullKey, text] of Object.entries(pulumi.runtime.allConfig())) {
    const [namespace, ...rest] = fullKey.split(":");
    const key = rest.join(":");
    if (namespace !== CONFIG_NAMESPACE) {
      problems.push(...misspeltNamespace(fullKey, namespace ?? "", key));
      continue;
    }
    const read = problemOf(fullKey, key, text);
    if (read.problem) {
      problems.push(read.problem);
      unread.push(key);
    } else if (key !== "credentials") values[key] = read.value;
    if (key === "credentials") {
      const found = read.problem ? undefined : readCredentials(read.value);
      credentials = found?.credentials;
      problems.push(...(found?.problems ?? []));
    }
  }
  return { values, credentials, unread, problems };
}

/** The engine that the stack's config names for the docker provider (`docker:host`), which goes before DOCKER_HOST. */
export function dockerHost(): string | undefined {
  return new pulumi.Config("docker").get("host");
}

function problemOf(fullKey: string, key: string, text: string): { value?: unknown; problem?: Problem } {
  if (!stackKeys.includes(key))
    return { problem: { path: [fullKey], because: "there is no such option", remedy: nearestOf(key, stackKeys) } };
  const secret = holdsSecret(fullKey);
  if (secret && key !== "credentials")
    return {
      problem: {
        path: [fullKey],
        because: "holds a secret, and only credentials may",
        remedy: `take it out and store it with: pulumi config set --secret --path '${CONFIG_NAMESPACE}:credentials.<name>.token'; where a token is needed, write its name: credential: <name>`,
      },
    };
  const value = TEXT_KEYS.includes(key) ? text : parseJson(text);
  if (key === "credentials" && !secret && isMap(value) && Object.keys(value).length > 0)
    return {
      problem: {
        path: [fullKey],
        because: "stands in plain text",
        remedy: `encrypt each: pulumi config set --secret --path '${fullKey}.<name>.<field>'; then count the old ones as known to others`,
      },
    };
  if (TEXT_KEYS.includes(key) || isMap(value)) return { value };
  return { problem: { path: [fullKey], because: "must be a map", remedy: mapRemedy(key) } };
}

function mapRemedy(key: string): string {
  if (key === "models") return ADD_MODEL;
  if (key === "defaults") return "write a map with any fields of a model, or leave it out";
  return instruction(fieldsOf(stackOnlyOptions)?.[key]);
}

/** A key of ours under a name almost ours is read by nobody, so what it says would be missed without a word. */
function misspeltNamespace(fullKey: string, namespace: string, key: string): Problem[] {
  if (!stackKeys.includes(key) || didYouMean(namespace, [CONFIG_NAMESPACE]) === undefined) return [];
  const because = `nothing reads the namespace "${namespace}"`;
  return [{ path: [fullKey], because, remedy: `did you mean "${CONFIG_NAMESPACE}:${key}"?` }];
}

function readCredentials(value: unknown): Pick<RawConfig, "credentials" | "problems"> {
  const schema = z.object({ credentials: stackOnlyOptions.shape.credentials });
  const problems = schemaProblems(schema, { credentials: value });
  const wrong = problems.map(({ path: [, name] }) => name);
  const entries = Object.entries(isMap(value) ? value : {}).map(([name, entry]): [string, Credential] => [
    name,
    wrong.includes(name) || !isMap(entry) ? {} : secretFields(entry),
  ]);
  return {
    credentials: Object.fromEntries(entries),
    problems: problems.map((problem) => locateProblem(problem, inStack)),
  };
}

function secretFields(entry: Record<string, unknown>): Credential {
  const texts = Object.entries(entry).filter((field): field is [string, string] => typeof field[1] === "string");
  return Object.fromEntries(texts.map(([name, text]) => [name, pulumi.secret(text)]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether the engine marked `key` as holding a secret. Public in JavaScript, left out of the typings; the environment
 *  variable behind it is not an alternative, since inline programs of the Automation API have another store. */
function holdsSecret(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}
