/** Where this package's own files lie that are not code: templates, Python, facts. Found upwards from this file, not from the
 *  project, which may be another one that imports the package; and by looking, not by counting, since the same file runs as
 *  components/shared/packageRoot.ts in a checkout and as dist/shared/packageRoot.js where the package is installed. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const MARK = join("model_repository_templates", "contract.yaml");

let root: string | undefined;

/** Absolute. */
export function packageRoot(): string {
  root ??= nearest(__dirname);
  return root;
}

function nearest(folder: string): string {
  if (existsSync(join(folder, MARK))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error(`triton-bert is not whole: no ${MARK} above ${__dirname}; install it again`);
  return nearest(above);
}
