/** The architecture, as design.md has it: each folder of components/ imports only from itself and from those to its left,
 *  without exemption; and nothing is circular. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "..", "..", "components");
/** From left to right. The files beside the folders are the component. */
const ROOMS = ["shared", "server", "image", "kubernetes", "options", "component", "stack"];

const files = fs
  .readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"));

const roomOf = (file: string): string => (file.includes(path.sep) ? (file.split(path.sep)[0] ?? "") : "component");

/** Files that `file` imports. */
function imports(file: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, file), "utf8");
  const found = text.matchAll(/^(?:import|export)\s[^;]*?from "(\.[^"]+)";$/gm);
  // Data imports nothing.
  const code = [...found].map(([, to = ""]) => to).filter((to) => !to.endsWith(".json"));
  return code.map((to) => `${path.join(path.dirname(file), to)}.ts`);
}

describe("components/", () => {
  it("has the rooms of the design and no other", () => {
    expect(files.length).toBeGreaterThan(40);
    expect([...new Set(files.map(roomOf))].sort()).toEqual([...ROOMS].sort());
  });

  it.each(ROOMS)("%s imports only from rooms to its left", (room) => {
    const allowed = ROOMS.slice(0, ROOMS.indexOf(room) + 1);
    const wrong = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => imports(file).map((to) => ({ file, to })))
      .filter(({ to }) => !allowed.includes(roomOf(to)));
    expect(wrong).toEqual([]);
  });

  it("imports only files that are there, and none that in the end imports it back", () => {
    const known = new Set(files);
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      expect(known, `${trail.at(-1)} imports ${file}`).toContain(file);
      expect(trail, `${file} imports itself through ${trail.join(", ")}`).not.toContain(file);
      if (done.has(file)) return;
      for (const to of imports(file)) visit(to, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});
