/** Whatever a config says, it is planned, or refused with all its problems: nothing else is ever thrown. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { printText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { planStack } from "../../../components/stack/planStack";
import { anyConfig, type Config, parameters } from "./anyConfig";
import { setConfig } from "./stack";

const RUNS = parameters(200);
let projectFolder: string;

beforeAll(() => {
  projectFolder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-fuzz-"));
  fs.writeFileSync(path.join(projectFolder, "kubeconfig"), JSON.stringify({ contexts: [{ name: "somewhere" }] }));
  vi.stubEnv("KUBECONFIG", path.join(projectFolder, "kubeconfig"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  fs.rmSync(projectFolder, { recursive: true });
});

/** Problems, empty where there is a plan. */
function problemsOf(config: Config): ConfigError["problems"] {
  setConfig(config, "credentials" in config ? ["credentials"] : []);
  try {
    planStack({ organization: "acme", project: "shop", stack: "dev", projectFolder });
    return [];
  } catch (problem) {
    if (problem instanceof ConfigError) return problem.problems;
    throw problem;
  }
}

it("ends in a plan or in problems, each with its place, a reason and a way out", () => {
  let [planned, refused] = [0, 0];
  fc.assert(
    fc.property(anyConfig(), (config) => {
      const problems = problemsOf(config);
      if (problems.length === 0) planned++;
      else refused++;
      for (const { path: at, because, remedy } of problems) {
        expect(String(at[0])).toMatch(/^triton-bert:/);
        expect(printText(because)).not.toMatch(/^$|undefined|\[object/);
        expect(printText(remedy)).not.toMatch(/undefined|\[object/);
      }
    }),
    RUNS,
  );
  // Else it would try but one of the two.
  expect(planned).toBeGreaterThan(RUNS.numRuns / 20);
  expect(refused).toBeGreaterThan(RUNS.numRuns / 20);
}, 600_000);
