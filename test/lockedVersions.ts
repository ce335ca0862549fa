/** Versions of the project's own dependencies, as the lock file has them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");

export function dependencies(): Record<string, string> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lock;
  const names = Object.keys(packages[""]?.dependencies ?? {});
  return Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`]?.version ?? ""]));
}

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; dependencies?: Record<string, string> }>>;
}
