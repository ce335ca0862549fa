/** Where a model or tokenizer comes from. Each arm turns its options into what the build needs: the fields of spec.json
 *  (read by images/model/src/bert_exporter/fetch/<arm>.py, held equal by a test), the files to put into the context, and the name
 *  of the secret to fetch with. A new storage is one arm here and one file there. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Path } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { type ContextFiles, userFile, userFolder } from "./contextFiles";
import type { SourceOptions } from "./options";

export type SourceRole = "model" | "tokenizer";

/** A source, ready for the build. */
export interface Source {
  /** What spec.json says of it. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly files: ContextFiles;
  /** The name in `credentials` of the secret to fetch with. */
  readonly credential?: string;
  /** For people: the pod annotations. */
  readonly described: string;
  /** Bytes of the weights; undefined where only the build will know. */
  readonly modelBytes?: number;
}

/** What an arm may know besides its own options. */
export interface SourceSite {
  readonly role: SourceRole;
  readonly projectFolder: string;
  readonly hubEndpoint?: string | undefined;
}

type Fields<Arm extends keyof SourceOptions> = NonNullable<SourceOptions[Arm]>;
type Found = { readonly source: Source; readonly problems: Problem[] };

const arms: { readonly [Arm in keyof SourceOptions]-?: (fields: Fields<Arm>, site: SourceSite) => Found } = {
  hf({ id, revision, credential }, { hubEndpoint }) {
    const endpoint = hubEndpoint === undefined ? {} : { endpoint: hubEndpoint };
    const secret = credential === undefined ? {} : { credential };
    const spec = { hf: { id, revision, ...endpoint } };
    return { source: { spec, files: new Map(), described: `hf:${id}@${revision}`, ...secret }, problems: [] };
  },
  local({ path: folder }, { role, projectFolder }) {
    const absolute = userFile(projectFolder, folder);
    if (absolute === undefined) return { source: { ...UNREAD, described: `local:${folder}` }, problems: [] };
    const option = [role, "local", "path"];
    const { files, problems } = userFolder(absolute, `sources/${role}`, option, folder);
    const source = { spec: { local: {} }, files, described: `local:${folder}` };
    if (problems.length > 0) return { source, problems };
    const names = [...files.keys()].map((name) => path.basename(name));
    const lacking = role === "model" ? lackingFiles(names, option, folder) : [];
    return { source: { ...source, modelBytes: weightBytes(absolute) }, problems: lacking };
  },
};

/** Names of the storages, for the test that holds them equal to those of the exporter. */
export const STORAGES = Object.keys(arms);

/** What is known of a source that could not be read. */
const UNREAD: Source = { spec: {}, files: new Map(), described: "" };

/** Prepares one source; with no arm set it is one that could not be read. */
export function prepareSource(options: SourceOptions, site: SourceSite): Found {
  if (options.hf !== undefined) return arms.hf(options.hf, site);
  if (options.local !== undefined) return arms.local(options.local, site);
  return { source: UNREAD, problems: [] };
}

/** The exporter's order of preference: safetensors, else PyTorch's own format. */
const WEIGHTS = [/^model(-\d+-of-\d+)?\.safetensors$/, /^pytorch_model(-\d+-of-\d+)?\.bin$/];

/** What the exporter (bert_exporter/checkpoint.py) would miss in a model's folder, minutes later. */
function lackingFiles(names: readonly string[], option: Path, folder: string): Problem[] {
  const config = names.includes("config.json") ? [] : ["config.json"];
  const weights = names.some((name) => WEIGHTS.some((kind) => kind.test(name))) ? [] : ["PyTorch weights"];
  const missing = [...config, ...weights];
  if (missing.length === 0) return [];
  const remedy = "save the model there with save_pretrained(): config.json and model.safetensors or pytorch_model.bin";
  return [{ path: option, got: folder, because: `the folder has no ${missing.join(" and no ")}`, remedy }];
}

function weightBytes(folder: string): number {
  const names = fs.readdirSync(folder);
  const weights =
    WEIGHTS.map((kind) => names.filter((name) => kind.test(name))).find((found) => found.length > 0) ?? [];
  return weights.reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
}
