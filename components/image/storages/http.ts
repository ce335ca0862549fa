/** Storage `http`: files on a web server (Artifactory, Nexus, any other), each named by address and content. The content's hash says
 *  what is meant, so nobody can put another file under the address. */
import { z } from "zod";
import { sha256 } from "../../shared/canonicalJson";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import type { Path } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import { credentialName } from "../credentials";
import { plainUrl } from "../plainUrl";
import { lackingFiles } from "./checkpoint";
import { sha256Of, shownHash } from "./contentHash";
import { storage } from "./storage";

const remoteFile = z.strictObject({
  url: plainUrl.describe("Its address, https:// or http://; not one that holds a secret."),
  sha256: sha256Of("the file as it lies there"),
});

type RemoteFile = z.output<typeof remoteFile>;

const options = exactlyOneOf(
  {
    archive: remoteFile
      .meta({ typeName: "RemoteFile" })
      .describe("A zip, tar or tar.gz with the files at its top, or in its only folder."),
    files: z
      .record(
        z.string().regex(/^\w[\w.-]*$/, "must be a file's name, without a folder"),
        remoteFile.meta({ typeName: "RemoteFile" }),
      )
      .meta({ remedy: "write name: { url, sha256 } for config.json, the weights and each of the tokenizer's files" })
      .describe("The files one by one, by their names in the checkpoint, such as config.json."),
  },
  {
    credential: credentialName(
      ["token", "login"],
      "to fetch with: a bearer token, or a basic login. It is sent to the address's own host alone. Default: none.",
    ),
  },
).describe("Files on a web server, Artifactory or Nexus. See docs/storages.md.");

type Options = z.output<typeof options>;

export const http = storage({
  options,
  problems: (fields, role, at) => [
    ...plainLoginProblems(fields, at),
    ...severalServersProblems(fields, at),
    ...(fields.files === undefined ? [] : lackingProblems(fields.files, role, [...at, "files"])),
  ],
  prepare: ({ credential, ...fields }) => ({
    source: { spec: { http: fields }, files: new Map(), described: described(fields), credential },
    problems: [],
  }),
});

/** A login that goes over the network as it is. */
function plainLoginProblems({ credential, archive, files = {} }: Options, at: Path): Problem[] {
  if (credential === undefined) return [];
  const all: [Path, RemoteFile][] = Object.entries(files).map(([name, file]) => [[...at, "files", name], file]);
  if (archive !== undefined) all.push([[...at, "archive"], archive]);
  return all
    .filter(([, { url }]) => url.toLowerCase().startsWith("http:"))
    .map(([where, { url }]) => ({
      path: [...where, "url"],
      got: url,
      because: "the credential would be sent in plain text",
      remedy: "use https://; a private CA goes under build.ca; or leave the credential out",
    }));
}

/** One login for servers that need not trust each other. */
function severalServersProblems({ credential, files = {} }: Options, at: Path): Problem[] {
  const servers = new Set(Object.values(files).map(({ url }) => new URL(url).origin));
  if (credential === undefined || servers.size < 2) return [];
  const because = `it would be sent to ${[...servers].join(" and ")}`;
  const remedy = "name files of one server, or leave the credential out";
  return [{ path: [...at, "credential"], got: credential, because, remedy }];
}

function lackingProblems(
  files: Readonly<Record<string, RemoteFile>>,
  role: "model" | "tokenizer",
  at: Path,
): Problem[] {
  const lacking = lackingFiles(Object.keys(files), role);
  if (lacking === undefined) return [];
  const remedy = "name every file that save_pretrained() wrote: config.json, model.safetensors, the tokenizer's";
  return [{ path: at, because: `there is no ${lacking}`, remedy }];
}

/** An archive by its address; files by their hosts. Behind it the content: of files the hash of what sha256sum prints for them. */
function described({ archive, files = {} }: Options): string {
  if (archive !== undefined) return `http:${archive.url}@${shownHash(archive.sha256)}`;
  const all = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const hosts = [...new Set(all.map(([, { url }]) => new URL(url).host))].join(", ");
  const sums = all.map(([name, file]) => `${file.sha256}  ${name}\n`).join("");
  return `http:${all.length} files from ${hosts}@${shownHash(sha256(sums))}`;
}
