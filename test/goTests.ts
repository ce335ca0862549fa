/** The Go tests of the stand-ins, each run in the module that it is compiled in. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import { kedaModule } from "../sandbox/metrics/toolchain/programs";
import { toolchainModule } from "../sandbox/toolchain/build";
import { COMPILE_CACHE, type GoModule, packageOf } from "../sandbox/toolchain/builder";
import { go } from "../sandbox/toolchain/go";
import { type Counts, NONE, sum } from "./counts";

/** Throws when a test fails. */
export async function goTests(root: string): Promise<Counts> {
  const first = await testsOf(root, toolchainModule, ["pulumi-resource-docker", "pulumi-language-nodejs"]);
  return sum(first, await testsOf(root, kedaModule, ["custom-metrics"]));
}

/** `go vet` counts as one test; of `go test -json` each test that passes is one. */
async function testsOf<Name extends string>(root: string, module: GoModule<Name>, ours: Name[]): Promise<Counts> {
  const work = mkdtempSync(join(tmpdir(), "triton-bert-go-"));
  try {
    const cwd = join(work, "source");
    await module.assemble(cwd, ours);
    for (const name of ours) addTests(join(root, module.programs[name].source ?? ""), join(cwd, "cmd", name));
    const env = { CGO_ENABLED: "0", GOCACHE: join(cacheFolder(), COMPILE_CACHE) };
    const packages = ours.map((name) => packageOf(module, name));
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
  return { ...NONE, passed: ended("pass") + 1, skipped: ended("skip") };
}
