/** A stack's config without Pulumi's engine: what needs neither state nor passphrase is told from the file alone. In: the text of
 *  `Pulumi.<stack>.yaml`. Out: the config of this process, as the engine would hand it over, and the program. */
import * as pulumi from "@pulumi/pulumi";
import { parseDocument } from "yaml";
import { isMap } from "../options/schemaWalk";
import { UserError } from "../shared/problems";
import { configuredAws, type Program } from "../shared/program";

/** Nobody can read a secret without the stack's key. */
const ENCRYPTED = "encrypted";

/** The program that this stack would run, whose config this process has from now on.
 *  @param file names it in errors
 *  @throws UserError where that is no stack file */
export function openStackFile(text: string, file: string, stack: string, projectFolder: string): Program {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new UserError(`${file} is no YAML: ${problem.message}`);
  const all: unknown = document.toJS() ?? {};
  const config = isMap(all) ? (all.config ?? {}) : undefined;
  if (!isMap(config)) throw new UserError(`${file} is no stack file: it needs a map with the key config`);
  const secrets = Object.keys(config).filter((key) => JSON.stringify(config[key]).includes('{"secure":'));
  const values = Object.entries(config).map(([key, value]) => {
    const plain = withoutSecrets(value);
    return [key, typeof plain === "string" ? plain : JSON.stringify(plain)];
  });
  pulumi.runtime.setAllConfig(Object.fromEntries(values), secrets);
  // Neither project nor organization decides what is planned.
  return { organization: "organization", project: "triton-bert", stack, projectFolder, aws: configuredAws() };
}

function withoutSecrets(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") return ENCRYPTED;
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutSecrets(inner)]));
}
