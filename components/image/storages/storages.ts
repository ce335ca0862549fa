/** Which storages there are. A storage is one file here with a line below, and one of the exporter (bert_exporter/fetch/<storage>.py);
 *  a test holds the two sets equal. In: what a model says under `model` or `tokenizer`. Out: the source that it names, and what is
 *  wrong with how it is said. */
import type { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import type { Problem } from "../../shared/problems";
import { clearml } from "./clearml";
import { hf } from "./hf";
import { http } from "./http";
import { local } from "./local";
import { type Found, type SourceRole, type SourceSite, type Storage, UNREAD } from "./storage";

export const STORAGES = { hf, local, http, clearml };

type Schemas = { readonly [Name in keyof typeof STORAGES]: (typeof STORAGES)[Name]["options"] };

const all: readonly (readonly [string, Storage])[] = Object.entries(STORAGES);
const schemas = Object.fromEntries(all.map(([name, { options }]) => [name, options])) as Schemas;

export const sourceOptions = exactlyOneOf(schemas).meta({ typeName: "Source" });

export type SourceOptions = z.output<typeof sourceOptions>;

/** The storage that is chosen, with its fields; undefined where none could be read. */
function chosen(options: SourceOptions): { name: string; storage: Storage; fields: unknown } | undefined {
  const said: Readonly<Record<string, unknown>> = options;
  const [name, storage] = all.find(([known]) => said[known] !== undefined) ?? [];
  return name === undefined || storage === undefined ? undefined : { name, storage, fields: said[name] };
}

/** Prepares one source; with no storage set it is one that could not be read. */
export function prepareSource(options: SourceOptions, site: SourceSite): Found {
  const found = chosen(options);
  return found === undefined ? { source: UNREAD, problems: [] } : found.storage.prepare(found.fields, site);
}

/** What is wrong with fields of the role's source that are each right. */
export function sourceProblems(role: SourceRole, options: SourceOptions | undefined): Problem[] {
  const found = options && chosen(options);
  return found?.storage.problems?.(found.fields, role, [role, found.name]) ?? [];
}
