/** `go mod tidy` for the tool chain, after a version was changed: go.mod replaces one module by a copy that exists only
 *  in the assembled source, so Go cannot tidy it in place. In: go.mod. Out: go.mod and go.sum, complete. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { go } from "./go";
import { type ProgramName, programs } from "./programs";
import { assemble } from "./source";

async function tidy(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "triton-bert-tidy-"));
  try {
    const source = join(work, "source");
    await assemble(source, Object.keys(programs) as ProgramName[]);
    await go(["mod", "tidy"], { cwd: source, onLine: console.log });
    for (const file of ["go.mod", "go.sum"]) copyFileSync(join(source, file), join(__dirname, file));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

tidy().catch((problem: Error) => {
  console.error(problem.message);
  process.exitCode = 1;
});
