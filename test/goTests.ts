/** The Go tests of the stand-ins, run in the module that the tool chain compiles them in. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import { go } from "../sandbox/toolchain/go";
import { packageOf, programs } from "../sandbox/toolchain/programs";
import { assemble } from "../sandbox/toolchain/source";
import type { Counts } from "./layers";

const ours = ["pulumi-resource-docker", "pulumi-language-nodejs"] as const;

/** `go vet` counts as one test; of `go test -json` each test that passes is one. Throws when one fails. */
export async function goTests(root: string): Promise<Counts> {
  const work = mkdtempSync(join(tmpdir(), "triton-bert-go-"));
  try {
    const cwd = join(work, "source");
    await assemble(cwd, ours);
    for (const name of ours) addTests(join(root, programs[name].source ?? ""), join(cwd, "cmd", name));
    const env = { CGO_ENABLED: "0", GOCACHE: join(cacheFolder(), "go-build") };
    const packages = ours.map(packageOf);
    await go(["vet", ...packages], { cwd, env });
    // A failure throws: counted as one, with what Go said last, since only the end of it is kept.
    return counts(await go(["test", "-json", ...packages], { cwd, env }));
  } finally {
    rmSync(work, { recursive: true });
  }
}

function addTests(from: string, to: string): void {
  const tests = readdirSync(from).filter((name) => name.endsWith("_test.go"));
  for (const name of tests) copyFileSync(join(from, name), join(to, name));
}

/** Lines of cmd/test2json: {"Action": "pass" | "fail" | "skip" | …, "Test": name}. */
function counts(said: string): Counts {
  const ended = (action: string) =>
    said.split("\n").filter((line) => line.includes(`"Action":"${action}"`) && line.includes('"Test":')).length;
  return { passed: ended("pass") + 1, failed: 0, skipped: ended("skip") };
}
