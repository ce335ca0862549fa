/** `npm start -- --context … --registry …` uses what the user has. Here the sandbox plays the user's cluster, registry and
 *  engine, and its tool chain the programs that are on PATH. */
import { execFile } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { environment, project, sandboxBuild } from "./support";

const NAMESPACE = "of-the-user";
let programs: string;
let said = "";

beforeAll(async () => {
  const { kubectl, pulumi } = await environment();
  const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(manifest) });
  programs = mkdtempSync(join(tmpdir(), "triton-bert-programs-"));
  symlinkSync(pulumi, join(programs, "pulumi"));
  symlinkSync(join(dirname(pulumi), "kubectl"), join(programs, "kubectl"));
  symlinkSync("/usr/bin/docker", join(programs, "docker"));
});
afterAll(async () => {
  const { kubectl } = await environment();
  await kubectl(["delete", "namespace", NAMESPACE]);
});

/** As the user: their PATH and PULUMI_HOME, and our state in a folder of its own. */
async function asUser(program: string, args: readonly string[]) {
  const { env } = await environment();
  const { PULUMI_BACKEND_URL: _, ...theirs } = env;
  const cache = mkdtempSync(join(tmpdir(), "triton-bert-own-"));
  const options = {
    cwd: project,
    maxBuffer: 1 << 26,
    env: { ...theirs, TRITON_BERT_CACHE: cache, PATH: `${programs}:${env.PATH}` },
  };
  return promisify(execFile)(program, [...args], options);
}

it("deploys on the user's cluster and registry, and says how to reach and how to stop it", async () => {
  const own = [
    "--context",
    "triton-bert-sandbox",
    "--registry",
    "localhost:5001/own",
    "--namespace",
    NAMESPACE,
    "--torch-from-pip",
  ];
  said = (await asUser("npm", ["start", "--", ...own, "--base", sandboxBuild.base])).stdout;
  expect(said).toMatch(/predicts +positive/);
  expect(said).toMatch(/image +localhost:5001\/own\/tritoned_sentiment:latest-/);
  expect(said).toMatch(
    new RegExp(`kubectl --context triton-bert-sandbox -n ${NAMESPACE} port-forward service/sentiment`),
  );
  const stop = /stop +(.*pulumi destroy --stack dev .*)/.exec(said)?.[1] ?? expect.fail("no command to stop it");
  await asUser("bash", ["-c", `${stop} --yes --skip-preview`]);
  const { kubectl } = await environment();
  expect(await kubectl(["-n", NAMESPACE, "get", "deployments", "-o", "name"])).toBe("");
});

it("refuses a context that the kubeconfig lacks, with the ones there are", async () => {
  const own = ["--context", "elsewhere", "--registry", "localhost:5001/own"];
  await expect(asUser("npm", ["start", "--", ...own, "--base", sandboxBuild.base])).rejects.toMatchObject({
    stderr: expect.stringMatching(/elsewhere.*triton-bert-sandbox/s),
  });
});

it("takes an empty value for a mistake, not for the sandbox", async () => {
  await expect(asUser("npm", ["start", "--", "--context=", "--registry="])).rejects.toMatchObject({
    stderr: expect.stringContaining("--context is empty"),
  });
});

it("wants both", async () => {
  await expect(asUser("npm", ["start", "--", "--context", "x"])).rejects.toMatchObject({
    stderr: expect.stringContaining("--context and --registry go together"),
  });
});
