/** The layers of `npm test`, from the quickest to the one that proves most. Each runs a test runner of its own language,
 *  and reads that runner's report instead of its exit code alone. */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import { ensureClassifier } from "../sandbox/classifier/classifier";
import { embeddedEnvironment } from "../sandbox/embeddedEnvironment";
import { DOCKER } from "../sandbox/engine";
import { exporterImage } from "../sandbox/exporterImage";
import { compileMetrics } from "../sandbox/metrics/pipeline";
import { nodeFolder, nodeReleases, withNode } from "../sandbox/nodejs";
import type { Progress } from "../sandbox/progress";
import { type Counts, failed, NONE, sum } from "./counts";
import { goTests } from "./goTests";
import { awsVenv, servingVenv, workflowsVenv } from "./pythonVenvs";
import { pytestCounts, vitestCounts } from "./reports";
import { actionlint } from "./workflows/programs";

/** How a layer's commands run. */
export interface Setting {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Where they write, if not where this process does: a file descriptor. */
  readonly out?: number;
  /** They get what of the cores nobody else wants. */
  readonly last?: boolean;
}

export type Layer = (log: Progress, setting: Setting) => Promise<Counts>;

const root = join(__dirname, "..");

export const layers: Readonly<Record<string, Layer>> = {
  static: () => commands([npx("tsc", "--noEmit"), npx("biome", "check", "--error-on-warnings")]),
  unit: async (log, setting) => {
    let total = NONE;
    for (const release of Object.values(nodeReleases)) {
      const folder = await nodeFolder(release, log);
      total = sum(total, await vitest("vitest.config.mts", { ...setting, env: withNode(folder) }));
    }
    return total;
  },
  python: async (log) => {
    const python = await servingVenv(log);
    const ruff = (...args: string[]) => [python, "-m", "ruff", ...args, "--no-cache", "."];
    return commands([ruff("check"), ruff("format", "--check"), ...mypyRuns().map((checked) => mypy(python, checked))]);
  },
  serving: async (log) => {
    const tests = servingTests(await servingVenv(log));
    const parts = [
      await tests("images/server/tests"),
      await tests("test/serving", "-m", "not alone", "-n", "3", "--dist", "worksteal"),
    ];
    return parts.reduce(sum, NONE);
  },
  servingAlone: async (log) => servingTests(await servingVenv(log))("test/serving", "-m", "alone"),
  aws: async (log) => {
    const python = await awsVenv(log);
    return pytest((report) => [python, "-m", "pytest", "test/aws", ...quiet(report)], {});
  },
  workflows: async (log) => {
    const github = globSync("examples/github/*.yaml", { cwd: root });
    const schema = [await workflowsVenv(log), "-m", "check_jsonschema", "--builtin-schema"];
    return commands([
      [await actionlint(log), "-shellcheck=", "-pyflakes=", ...github],
      [...schema, "vendor.github-workflows", ...github],
      [...schema, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", "examples/gitlab/.gitlab-ci.yml"],
    ]);
  },
  standIns: () => goTests(root),
  exporter: async (log) => {
    const environment = await embeddedEnvironment(log);
    const image = await log.step("exporter's test environment", (update) =>
      exporterImage(environment, root, "dev", update),
    );
    const mounts = [
      "-v",
      `${root}:/repo:ro`,
      "-w",
      "/repo/images/model",
      "-e",
      "PYTHONDONTWRITEBYTECODE=1",
      "-e",
      "PYTHONPATH=src:../shared",
    ];
    const inImage = (folder: string) => [
      DOCKER,
      "run",
      "--rm",
      ...mounts,
      "-v",
      `${folder}:${folder}`,
      image,
      "python3",
      "-m",
    ];
    const types = ["mypy", "--cache-dir=/tmp/mypy", "src", "tests"];
    const { env } = environment;
    const checks = await commands([[...inImage(tmpdir()), ...types]], { env });
    const tests = await pytest(
      (report, folder) => [...inImage(folder), "pytest", "tests", ...SHARED, ...quiet(report)],
      { env },
    );
    return sum(checks, tests);
  },
  e2e: (log) => e2e(log),
};

/** `files`: by parts of their names; none: all. */
export async function e2e(log: Progress, files: readonly string[] = [], env = process.env): Promise<Counts> {
  const environment = await embeddedEnvironment(log);
  await ensureClassifier(environment, root, log);
  // What is compiled ahead may lie idle beside busy tests, longer than they wait.
  await compileMetrics({ cache: cacheFolder(), log });
  return vitest("test/e2e/vitest.config.mts", { env }, files);
}

/** Triton's Python stub takes the packages of the environment that is first on PATH. */
const servingTests = (python: string) => {
  const env = { ...process.env, PATH: `${dirname(python)}:${process.env.PATH}` };
  return (...what: string[]) => pytest((report) => [python, "-m", "pytest", ...what, ...quiet(report)], { env });
};

/** What is checked together. The tests apart, because two folders of them have a `conftest`; each model by itself, because all are
 *  called model.py. What imports torch is checked where torch is, in the layer `exporter`. */
const mypyRuns = (): readonly string[][] => [
  [
    "images/server/src",
    "images/shared",
    "model_repository_templates/shared",
    "test/serving",
    "test/soak",
    "test/aws",
    "test/stand-ins/hub",
    "test/stand-ins/clearml",
    "test/stand-ins/onnxruntime-backend",
    "test/e2e/load",
    "bench",
  ],
  ["images/server/tests"],
  ...globSync("model_repository_templates/*/*/1/model.py", { cwd: root }).map((model) => [model]),
];

const mypy = (python: string, checked: readonly string[]) => {
  return [python, "-m", "mypy", "--cache-dir", join(tmpdir(), "triton-bert-mypy"), ...checked];
};

const npx = (...command: string[]) => ["npx", "--no-install", ...command];

/** For tests of which each takes a core: they share the two. */
const SHARED = ["-n", "2", "--dist", "worksteal"];

const quiet = (report: string) => ["-q", "-p", "no:cacheprovider", `--junitxml=${report}`];

/** Each command is one check: passed if it exits 0. */
async function commands(list: readonly string[][], setting: Setting = {}): Promise<Counts> {
  let counts = NONE;
  for (const command of list) {
    const code = await exec(command, setting);
    const said = command.join(" ");
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${said}`);
    counts = sum(counts, code === 0 ? { ...NONE, passed: 1 } : failed(said, `exit code ${code}`));
  }
  return counts;
}

function vitest(config: string, setting: Setting, files: readonly string[] = []): Promise<Counts> {
  const reporters = ["--reporter=default", "--reporter=json"];
  const command = (report: string) => [
    ...npx("vitest", "run", "--config", config, ...files),
    ...reporters,
    `--outputFile.json=${report}`,
  ];
  return reported("vitest.json", vitestCounts, command, setting);
}

function pytest(command: (report: string, folder: string) => string[], setting: Setting): Promise<Counts> {
  return reported("pytest.xml", pytestCounts, command, setting);
}

/** Runs a test runner that writes a report; a runner that fails without a failed test in its report is a failure. */
async function reported(
  name: string,
  read: (file: string) => Counts,
  command: (report: string, folder: string) => string[],
  setting: Setting,
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "triton-bert-report-"));
  try {
    const ran = command(join(folder, name), folder);
    const code = await exec(ran, setting);
    const counts = read(join(folder, name));
    const isUnexplained = code !== 0 && counts.failures.length === 0;
    return isUnexplained ? sum(counts, failed(ran.join(" "), `exit code ${code}`)) : counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function exec(command: string[], { env = process.env, cwd = root, out, last }: Setting): Promise<number> {
  const [program = "", ...args] = last ? ["nice", "-n", "19", ...command] : command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", out ?? "inherit", out ?? "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
