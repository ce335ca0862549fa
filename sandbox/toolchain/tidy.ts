/** `go mod tidy` after a version was changed: a go.mod may replace a module by a copy that exists only in the assembled
 *  source, so Go cannot tidy it in place. `npx tsx sandbox/toolchain/tidy.ts` is for the tool chain's module; the
 *  argument `keda` or `prometheus` names one of the metrics pipeline's. In: go.mod. Out: go.mod and go.sum, complete. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kedaModule, prometheusModule } from "../metrics/toolchain/programs";
import { toolchainModule } from "./build";
import type { GoModule } from "./builder";
import { go } from "./go";

async function tidy<Name extends string>(module: GoModule<Name>, home: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "triton-bert-tidy-"));
  try {
    const source = join(work, "source");
    await module.assemble(source, Object.keys(module.programs) as Name[]);
    // -e: a test in a library of the Kubernetes provider's needs APIs that Kubernetes has no more.
    await go(["mod", "tidy", "-e"], { cwd: source, onLine: console.log });
    for (const file of ["go.mod", "go.sum"]) copyFileSync(join(source, file), join(home, file));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const metrics = (name: string) => join(__dirname, "..", "metrics", "toolchain", name);
const tidyings: Readonly<Record<string, () => Promise<void>>> = {
  toolchain: () => tidy(toolchainModule, __dirname),
  keda: () => tidy(kedaModule, metrics("keda")),
  prometheus: () => tidy(prometheusModule, metrics("prometheus")),
};

async function main(): Promise<void> {
  const name = process.argv[2] ?? "toolchain";
  const tidying = tidyings[name];
  if (!tidying) throw new Error(`no module ${name}; there are ${Object.keys(tidyings).join(", ")}`);
  await tidying();
}

main().catch((problem: Error) => {
  console.error(problem.message);
  process.exitCode = 1;
});
