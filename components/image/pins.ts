/** What the image builds and the tests install with pip: lists of pinned packages out of a pyproject.toml, where each version
 *  stands once. A build context gets the lists and not the file: pip of any age reads them, and a linter's version or a tool's
 *  setting, which lie in the same file, must not export all models again. In: a folder with a pyproject.toml. Out: lists for
 *  pip, one package a line. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";

const pyproject = z.object({
  project: z.object({
    name: z.string(),
    dependencies: z.array(z.string()),
    "optional-dependencies": z.record(z.string(), z.array(z.string())),
  }),
});

export class Pins {
  private readonly project: z.output<typeof pyproject>["project"];

  constructor(private readonly folder: string) {
    const said = parse(fs.readFileSync(path.join(folder, "pyproject.toml"), "utf8"));
    this.project = pyproject.parse(said).project;
  }

  /** All that the tables (`dependencies`, or an extra) ask for; what one asks of the project itself are the project's other extras. */
  of(...tables: readonly string[]): string {
    return list(tables.flatMap((table) => this.table(table)));
  }

  /** These packages, each from whichever table has it, but for those of an old Python. */
  named(...packages: readonly string[]): string {
    const { dependencies, "optional-dependencies": extras } = this.project;
    const others = Object.entries(extras).filter(([extra]) => !OF_AN_OLD_PYTHON.test(extra));
    return this.find([...dependencies, ...others.flatMap(([, table]) => table)], packages);
  }

  /** The same, but what `extra` pins is taken from there. */
  namedFirstOf(extra: string, ...packages: readonly string[]): string {
    return this.find([...this.table(extra), ...this.named(...packages).split("\n")], packages);
  }

  private find(pins: readonly string[], packages: readonly string[]): string {
    return list(
      packages.map((name) => pins.find((pin) => pin.startsWith(`${name}==`)) ?? this.missing(`a pin of ${name}`)),
    );
  }

  private table(name: string): string[] {
    const { dependencies, "optional-dependencies": extras, name: own } = this.project;
    const said = name === "dependencies" ? dependencies : (extras[name] ?? this.missing(`the extra ${name}`));
    return said.flatMap((wanted) =>
      wanted.startsWith(`${own}[`)
        ? wanted
            .slice(own.length + 1, -1)
            .split(",")
            .flatMap((extra) => this.table(extra))
        : [wanted],
    );
  }

  private missing(what: string): never {
    throw new Error(`${path.join(this.folder, "pyproject.toml")} lacks ${what}`);
  }
}

/** Extras that stand in for other pins on one Python. */
const OF_AN_OLD_PYTHON = /^python[\d.]+$/;

const list = (pins: readonly string[]): string => [...new Set(pins), ""].join("\n");
