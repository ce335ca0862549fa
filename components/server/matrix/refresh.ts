/** Takes saved pages of NVIDIA into the facts. A field that the facts lack is added, a release or a bulletin that they lack too; what
 *  contradicts them is told, and left to who reads both. In: a folder of pages, that of the facts. Out: the facts' files, and what
 *  moved, a line each. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Document, isMap, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { packageRoot } from "../../shared/packageRoot";
import { type Advisory, advisory, type ReleaseNote, releaseNote } from "./savedPages";

const FACTS = path.join(packageRoot(), "components", "server", "facts");
const NOTES = "https://docs.nvidia.com/deeplearning/triton-inference-server/release-notes";
const AS_WRITTEN = { lineWidth: 0, flowCollectionPadding: false };

export function refresh(folder: string, facts = FACTS): string[] {
  const [releases, security] = ["triton-releases.yaml", "triton-security.yaml"].map((name) => path.join(facts, name));
  if (releases === undefined || security === undefined) throw new Error("unreachable");
  const files = { releases: open(releases), security: open(security) };
  const said = pages(folder).flatMap(({ name, text }) => {
    if (name.endsWith(".json")) {
      const found = advisory(text);
      return found === undefined ? [`${name}: not about Triton`] : takeAdvisory(files.security, found);
    }
    const note = releaseNote(text);
    return note === undefined ? [`${name}: no release note of Triton, left out`] : takeNote(files.releases, note);
  });
  fs.writeFileSync(releases, files.releases.toString(AS_WRITTEN));
  fs.writeFileSync(security, files.security.toString(AS_WRITTEN));
  const moved = said.length === 0 ? ["no page in it says anything that the facts lack"] : said;
  return [...moved, "Now: npm run generate, and git diff docs/support-matrix.md shows which GPUs get another release."];
}

const open = (file: string): Document => parseDocument(fs.readFileSync(file, "utf8"));

function pages(folder: string): { name: string; text: string }[] {
  const names = fs.readdirSync(folder).filter((name) => /\.(html?|txt|md|json)$/.test(name));
  return names.sort().map((name) => ({ name, text: fs.readFileSync(path.join(folder, name), "utf8") }));
}

function takeNote(document: Document, { container, fields, odd }: ReleaseNote): string[] {
  const rows = document.get("releases") as YAMLSeq;
  const told = odd.map((what) => `${container}: of its note, ${what}`);
  const row = find(rows, "container", container);
  if (row === undefined) {
    const source = { release_note: `${NOTES}/rel-${container.replace(".", "-")}.html` };
    rows.add(document.createNode({ container, ...fields, source }));
    rows.items.sort((one, other) => (key(one, "container") < key(other, "container") ? -1 : 1));
    return [
      `${container}: new; ${Object.entries(fields)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")}`,
      ...told,
    ];
  }
  return [
    ...Object.entries(fields).flatMap(([name, value]) => {
      const known = row.get(name);
      if (known === undefined) {
        row.set(name, value);
        return [`${container}: ${name} is stated now, ${value}`];
      }
      return String(known) === value
        ? []
        : [`${container}: ${name} is ${known} in the facts and ${value} on the page; left`];
    }),
    ...told,
  ];
}

function takeAdvisory(document: Document, found: Advisory): string[] {
  const [bulletins, titles] = [document.get("bulletins") as YAMLSeq, document.get("knownByTitle") as YAMLSeq];
  const known = find(bulletins, "id", String(found.id));
  if (known !== undefined) {
    const fixedIn = String(known.get("fixedIn"));
    const same = fixedIn === found.fixedIn || fixedIn.includes(`(${found.fixedIn})`);
    return same
      ? []
      : [`bulletin ${found.id}: fixed in ${fixedIn} by the facts, in ${found.fixedIn} by its advisory; left`];
  }
  const node = document.createNode(found);
  for (const list of ["affected", "cves"]) (node.get(list) as YAMLSeq).flow = true;
  bulletins.items.unshift(node);
  const title = find(titles, "id", String(found.id));
  if (title !== undefined) titles.items.splice(titles.items.indexOf(title), 1);
  const news = `bulletin ${found.id}: new, ${found.severity}, fixed in ${found.fixedIn}, ${found.cves.length} CVEs`;
  return [title === undefined ? news : `${news}; until now it was known by its title`];
}

const key = (row: unknown, name: string): string => (isMap(row) ? String(row.get(name)) : "");

const find = (rows: YAMLSeq, name: string, value: string) =>
  rows.items.find((row) => key(row, name) === value) as YAMLMap | undefined;
