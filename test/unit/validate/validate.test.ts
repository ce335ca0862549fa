/** `npm run validate`, as a program with an empty environment: no Docker, no kubeconfig, no Pulumi on the PATH, nobody logged in. */
import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "..", "..", "..");
const revision = "714eb0fa89d2f80546fda750413ed43d93601a13";
let folder: string;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function validate(...args: string[]): Promise<Ended> {
  const command = [
    "--import",
    path.join(ROOT, "node_modules", "tsx", "dist", "loader.mjs"),
    path.join(ROOT, "validate", "run.ts"),
  ];
  const env = { PATH: "/usr/bin:/bin", HOME: folder };
  return new Promise((resolve) =>
    execFile(process.execPath, [...command, ...args], { cwd: folder, env }, (problem, stdout, stderr) =>
      resolve({ code: typeof problem?.code === "number" ? problem.code : 0, stdout, stderr }),
    ),
  );
}

function git(...args: string[]): string {
  const env = { PATH: "/usr/bin:/bin", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  return execFileSync("git", [...author, ...args], { cwd: folder, env, encoding: "utf8" }).trim();
}

const write = (name: string, config: object) => fs.writeFileSync(path.join(folder, name), JSON.stringify({ config }));

const stack = (models: object) => ({
  "triton-bert:cluster": { context: "prod" },
  "triton-bert:registry": { generic: { repository: "registry.example.com/triton" } },
  "triton-bert:credentials": { hub: { token: { secure: "v1:abc" } } },
  "triton-bert:models": models,
});
const model = (more: object = {}) => ({
  model: { hf: { id: "acme/mood", revision, credential: "hub" } },
  server: { pypi: {} },
  ...more,
});

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "triton-bert-validate-"));
  write("Pulumi.prod.yaml", stack({ mood: model(), tone: model(), gone: model() }));
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "Pulumi.prod.yaml");
  git("commit", "--quiet", "--message", "base");
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe("npm run validate", () => {
  it("says of a good stack what there is to know, and that nothing is wrong", async () => {
    const { code, stdout, stderr } = await validate();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Pulumi\.prod\.yaml: 3 models, nothing wrong\n {2}! triton-bert:models\./);
  }, 60_000);

  it("says what each model is asked for that it was not at another commit", async () => {
    const batch = { serving: { maxBatchSize: 32 } };
    write("Pulumi.prod.yaml", stack({ mood: model(batch), tone: model(batch), fresh: model() }));
    const { code, stdout } = await validate("--json", "--base", "main");
    const { stacks } = JSON.parse(stdout) as { stacks: { stack: string; changes: string[]; problems: unknown[] }[] };
    expect(code).toBe(0);
    expect(stacks).toMatchObject([
      {
        stack: "prod",
        problems: [],
        changes: ["fresh: added", "gone: removed", "mood, tone: serving.maxBatchSize unset→32"],
      },
    ]);
  }, 60_000);

  it("ends with 1 and says all that is wrong with every stack, and nothing of a secret", async () => {
    write("Pulumi.prod.yaml", stack({ mood: model({ replicas: 0, podOverrides: { spec: { nodeSelectr: {} } } }) }));
    write("Pulumi.test.yaml", { "triton-bert:modles": {} });
    const { code, stdout } = await validate();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Pulumi\.prod\.yaml: 1 model, 2 wrong\n/);
    expect(stdout).toMatch(/triton-bert:models\.mood\.replicas \(got 0\)/);
    expect(stdout).toMatch(/podOverrides\.spec\.nodeSelectr: .*did you mean "nodeSelector"\?/);
    expect(stdout).toMatch(/Pulumi\.test\.yaml: 0 models, \d wrong\n(.*\n)*.*modles.*did you mean "models"\?/);
    expect(stdout).not.toContain("v1:abc");
    const { stacks } = JSON.parse((await validate("--json", "--stack", "prod")).stdout);
    expect(stacks).toHaveLength(1);
    expect(stacks[0].problems).toContainEqual(
      expect.objectContaining({ path: "triton-bert:models.mood.replicas", got: 0 }),
    );
    fs.rmSync(path.join(folder, "Pulumi.test.yaml"));
  }, 60_000);

  it.each([
    ["no such stack", ["--stack", "none"], /there is no Pulumi\.none\.yaml/],
    ["no such commit", ["--base", "nowhere"], /Git knows no such commit/],
    ["no such argument", ["--stak", "x"], /usage: npm run/],
  ])(
    "ends with 2 where it could not look: %s",
    async (_, args, said) => {
      const { code, stdout, stderr } = await validate(...args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(said);
    },
    60_000,
  );

  it("ends with 2 for what is no stack file", async () => {
    fs.writeFileSync(path.join(folder, "Pulumi.odd.yaml"), "config: [");
    const { code, stderr } = await validate("--stack", "odd");
    expect([code, stderr]).toEqual([2, expect.stringContaining("Pulumi.odd.yaml is no YAML")]);
  }, 60_000);
});
