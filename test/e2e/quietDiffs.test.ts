/** A diff without a change in the user's intent is a bug; and what did change must be all that changes. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { summarise } from "../../summary/run";
import {
  classifier,
  environment,
  infer,
  labelsOf,
  NAMESPACE,
  openStack,
  plannedSteps,
  project,
  refusal,
  servedAnew,
  stackFile,
} from "./support";

const PATIENCE = { timeout: 60_000, interval: 500 };
/** What is deployed, changed step by step: going back after each test would cost as many deployments again. */
let models = {
  first: classifier({ serving: { maxLength: 512 } }),
  second: classifier({ apiName: "ensemble_model" }),
};
let stack: Stack;

beforeAll(async () => {
  stack = await openStack("e2e-quiet", stackFile(models));
  await stack.up();
});
afterAll(() => stack.destroy());

describe("the same config", () => {
  it("serves several models side by side, each under its own API name", async () => {
    expect(labelsOf(await infer("first", ["I love it"]))).toEqual(["positive"]);
    expect(labelsOf(await infer("second", ["I hate it"], "ensemble_model"))).toEqual(["negative"]);
  });

  it("previews empty, and a second up changes nothing", async () => {
    expect(await plannedSteps(stack)).toEqual([]);
    const said = await stack.up();
    expect(said).not.toMatch(/[+~-]\s+\S+ (created|updated|deleted|replaced)/);
    expect(said).toMatch(/Resources:\n\s+\d+ unchanged/);
  });

  it("previews empty from another checkout, with another umask, as another user, in another time zone and language", async () => {
    const elsewhere = checkout();
    const { env } = await environment();
    const command = `umask 077; exec "$0" preview --json --non-interactive --stack e2e-quiet --config-file "$1"`;
    const asNobody = ["--reuid=65534", "--regid=65534", `--groups=${dockerGroup(env)}`, "--inh-caps=-all"];
    const { status, stdout, stderr } = spawnSync(
      "setpriv",
      [...asNobody, "bash", "-c", command, elsewhere.pulumi, join(elsewhere.config, "Pulumi.e2e-quiet.yaml")],
      {
        cwd: elsewhere.project,
        // Turkish has letters of its own for i, and an order of its own.
        env: { ...env, ...elsewhere.env, TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8" },
        encoding: "utf8",
        maxBuffer: 1 << 26,
      },
    );
    expect(status, stderr + stdout).toBe(0);
    const { changeSummary } = JSON.parse(stdout);
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });

  /** The project, Pulumi's home and state, and the kubeconfig, copied to where another user may read and write them. */
  function checkout() {
    const folder = mkdtempSync(join(tmpdir(), "triton-bert-checkout-"));
    const to = (name: string) => join(folder, name);
    const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: project, encoding: "utf8" });
    for (const file of files.trim().split("\n")) cpSync(join(project, file), join(to("project"), file));
    cpSync(join(project, "sandbox", "model"), join(to("project"), "sandbox", "model"), { recursive: true });
    cpSync(join(project, "node_modules"), to("project/node_modules"), { recursive: true });
    const { env, folder: stackFolder } = stack.place;
    cpSync((env.PULUMI_BACKEND_URL ?? "").replace("file://", ""), to("state"), { recursive: true });
    cpSync(env.PULUMI_HOME ?? "", to("home"), { recursive: true });
    cpSync(env.KUBECONFIG ?? "", to("kubeconfig"));
    cpSync(stackFolder, to("config"), { recursive: true });
    // The sandbox's own may lie in a folder that only root may enter. The language host belongs beside the CLI.
    for (const program of ["pulumi", "pulumi-language-nodejs"]) {
      cpSync(join(dirname(stack.place.pulumi), program), to(program));
    }
    execFileSync("chown", ["-R", "65534:65534", folder]);
    chmodSync(folder, 0o755);
    return {
      project: to("project"),
      pulumi: to("pulumi"),
      config: to("config"),
      env: {
        HOME: folder,
        PULUMI_HOME: to("home"),
        PULUMI_BACKEND_URL: `file://${to("state")}`,
        KUBECONFIG: to("kubeconfig"),
      },
    };
  }

  function dockerGroup(env: NodeJS.ProcessEnv): string {
    const socket = (env.DOCKER_HOST ?? "").replace("unix://", "");
    return execFileSync("stat", ["-c", "%g", socket], { encoding: "utf8" }).trim();
  }
});

describe("what a reviewer reads in the plain preview", () => {
  /** The CLI's own text, without what differs by run and machine. */
  const told = async () =>
    (await stack.preview(["--diff"]))
      .replace(/^ +\[(id|provider)=.*\n/gm, "")
      .replace(/:latest-[0-9a-f]{12}/g, ":latest-<hash>")
      .replace(/"\d+Mi"/g, '"<memory>"')
      .trimEnd();

  const json = () => stack.preview(["--json", "--show-sames"]);
  /** The summary of a preview's JSON, without what differs by run and machine. */
  const page = (preview: string) =>
    summarise(preview)
      .text.replace(/[\d.]+ GiB/g, "<memory>")
      .replace(/[0-9a-f]{32}/, "<hash>");

  it("is nothing where nothing is changed", async () => {
    await expect(`${await told()}\n`).toMatchFileSnapshot("noChange.golden.txt");
  });

  it("is what was meant, what it does, and not a word of another model", async () => {
    const first = { ...models.first, serving: { maxLength: 128 } };
    await stack.configure(stackFile({ ...models, first }));
    const [diff, reviewed] = [await told(), await json()];
    await stack.configure(stackFile(models));
    await expect(`${diff}\n`).toMatchFileSnapshot("maxLength.golden.txt");
    await expect(page(reviewed)).toMatchFileSnapshot("maxLength.summary.golden.txt");
    // What was reviewed is what it was, and what would be done now is something else.
    expect(summarise(reviewed, { expected: reviewed }).problems).toEqual([]);
    expect(summarise(await json(), { expected: reviewed }).problems).not.toEqual([]);
  });

  it("is what was written, and that alone, where a version deployed that did not tell it the engine", async () => {
    await stack.up({ env: { PULUMI_NODEJS_SKIP_COMPONENT_INPUTS: "1" } });
    expect((await plannedSteps(stack)).sort()).toEqual(["update first", "update second"]);
    await stack.up();
  });
});

/** Of the sandbox's node, which is this machine: int8 is judged and served with it alone (bert_serving/vnni.py). */
const hasVnni = () => /\b(avx512_vnni|avx_vnni)\b/.test(readFileSync("/proc/cpuinfo", "utf8"));

describe("a change", () => {
  async function change(more: Partial<typeof models>) {
    models = { ...models, ...more };
    await stack.configure(stackFile(models));
  }

  it("of serving touches no model image, and no other model", async () => {
    await change({ second: classifier({ apiName: "ensemble_model", serving: { maxBatchSize: 8 } }) });
    expect((await plannedSteps(stack)).sort()).toEqual(servedAnew("second"));
    await stack.up();
    expect(labelsOf(await infer("second", ["I hate it"], "ensemble_model"))).toEqual(["negative"]);
  });

  it("of precision exports nothing again, and what answers is told", async () => {
    await change({ first: classifier({ precision: "int8" }) });
    expect((await plannedSteps(stack)).sort()).toEqual(servedAnew("first"));
    if (!hasVnni()) {
      expect(await refusal(stack)).toMatch(/models\.first\.precision: the CPU that builds lacks VNNI/);
      return change({ first: classifier() });
    }
    await stack.up();
    expect(labelsOf(await infer("first", ["I hate it"]))).toEqual(["negative"]);
    // The old pod may still drain beside the new one.
    const { kubectl } = await environment();
    const log = () => kubectl(["-n", NAMESPACE, "logs", "deployment/first"]);
    await expect.poll(log, PATIENCE).toMatch(/precision\\?": \\?"int8/);
  });

  it("of a label touches no model image: it exports nothing again", async () => {
    const labels = { inline: { 0: "bad", 1: "good" } };
    const examples = [{ text: "I love it", predicts: "good" }];
    await change({ first: { ...models.first, labels, examples } });
    expect((await plannedSteps(stack)).sort()).toEqual(servedAnew("first"));
    await stack.up();
    // `up` ends when the new pods are Ready; for a moment more a node may still send a request to an old one that drains.
    await expect.poll(async () => labelsOf(await infer("first", ["I hate it"])), PATIENCE).toEqual(["bad"]);
  });

  it("of the tag shows the new image in the plain preview", async () => {
    await stack.configure(stackFile({ ...models, first: { ...models.first, tag: "v2" } }));
    const diff = await stack.preview(["--diff"]);
    expect(diff).toMatch(
      /image\s*: "localhost:5001\/e2e\/tritoned_first:latest-[0-9a-f]{12}" => "localhost:5001\/e2e\/tritoned_first:v2-[0-9a-f]{12}"/,
    );
  });

  it("of a key is none for what runs, when the model says what it was", async () => {
    const { first, ...others } = models;
    await stack.configure(stackFile({ ...others, third: { ...first, renamedFrom: "first" } }));
    expect(await plannedSteps(stack)).toEqual([]);
    await stack.up();
    await stack.configure(stackFile({ ...others, fourth: { ...first, renamedFrom: "first" } }));
    expect(await plannedSteps(stack)).toEqual([]);
    await stack.configure(stackFile(models));
    expect(await plannedSteps(stack)).toEqual([]);
    expect(labelsOf(await infer("first", ["I love it"]))).toEqual(["good"]);
  });
});
