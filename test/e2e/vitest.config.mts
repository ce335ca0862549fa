import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "..", "..");
const MINUTES_15 = 15 * 60_000;

/** What mostly waits for the engine and the cluster, and puts no load on anything. */
const TOGETHER = [
  "credentials",
  "gpuStack",
  "installed",
  "kindsOfChange",
  "library",
  "podFields",
  "quietDiffs",
  "registries",
  "tasks",
  "validation",
  "workload",
];
/** What looks at one cluster closely, for seconds on end, and loads it little. Prometheus and the metrics adapter stay up for all.
 *  Not ownEnvironment: its service and mainJob's request all of the node's CPU but a tenth. */
const CLOSELY = ["alerts", "autoscaling", "goldenExamples", "mainJob", "monitoring", "signals", "stuck", "watch"];
/** What it takes down, all others use. */
const LAST = ["teardown"];

const files = (names: readonly string[]) => names.map((name) => `test/e2e/${name}.test.ts`);
const group = (name: string, order: number, workers: number, include: string[], exclude: string[] = []) => ({
  root,
  test: {
    name,
    include,
    exclude,
    maxWorkers: workers,
    testTimeout: MINUTES_15,
    hookTimeout: MINUTES_15,
    sequence: { groupOrder: order },
  },
});

/** The sandbox has two cores and one cluster: what needs them for itself runs alone. */
export default defineConfig({
  root,
  test: {
    projects: [
      group("together", 0, 3, files(TOGETHER)),
      group("closely", 1, 3, files(CLOSELY)),
      group("alone", 2, 1, ["test/e2e/*.test.ts"], files([...TOGETHER, ...CLOSELY, ...LAST])),
      group("last", 3, 1, files(LAST)),
    ],
  },
});
