/** The package in other people's projects, outside the checkout: from npm's tarball, and as a component package from the sources
 *  that a clone has. Installed as for production, and compiled as Pulumi sets up a new project: by its default tsconfig.json. */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../sandbox/shell";
import type { Stack } from "../../sandbox/stack";
import { dependencies as locked } from "../lockedVersions";
import { pack, unpackSources } from "../packed";
import { classifier, openStack, type PreviewStep, plannedSteps, project, sandboxBuild, stackFile } from "./support";

/** What `pulumi new typescript` writes. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
  },
  files: ["index.ts"],
};

const MODELS = `import { program } from "triton-bert";
export = program();
`;

const service = (from: string, options: string) => `
import * as kubernetes from "@pulumi/kubernetes";
import { TritonBertService } from "${from}";

const provider = new kubernetes.Provider("mine", { context: "triton-bert-sandbox", kubeconfig: "" });
export const { image, url } = new TritonBertService("mine", {
  model: { local: { path: "sandbox/model" } },
  server: { pypi: {} },
  namespace: "triton-bert",
  registry: { generic: { repository: "localhost:5001/e2e" } },
  build: ${JSON.stringify(sandboxBuild)},
}, ${options});
`;

let scratch: string;
const opened: Stack[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "triton-bert-installed-"));
});
afterAll(async () => {
  for (const stack of opened) await stack.destroy();
  await rm(scratch, { recursive: true, force: true });
});

/** A Pulumi project of its own below `scratch`, with the sandbox's model in it. */
async function pulumiProject(name: string, program: string): Promise<string> {
  const folder = join(scratch, name);
  await mkdir(join(folder, "sandbox"), { recursive: true });
  await cp(join(project, "sandbox", "model"), join(folder, "sandbox", "model"), { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), "name: theirs\nruntime: nodejs\n");
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  await writeFile(join(folder, "index.ts"), program);
  return folder;
}

async function install(folder: string, manifest: object | undefined, ...args: string[]): Promise<void> {
  if (manifest) await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, ...manifest }));
  const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["install", ...quick, ...args], { cwd: folder, env: process.env });
}

async function open(name: string, config: string, folder: string): Promise<Stack> {
  const stack = await openStack(name, config, folder);
  opened.push(stack);
  return stack;
}

const ALL = [
  "deployment",
  "disruption-budget",
  "metrics-service",
  "network-policy",
  "server-image",
  "service",
  "service-account",
];
const childrenOf = (steps: readonly string[]) =>
  steps.filter((step) => !step.includes("model-image")).map((step) => step.replace(/^create mine-?/, ""));

it("previews the component and the program of a stack's config from the tarball, without any TypeScript installed", async () => {
  const sources = join(scratch, "packed");
  await mkdir(sources);
  await unpackSources(sources);
  const tarball = await pack(sources, scratch);
  const component = await pulumiProject("tarball/component", service("triton-bert", "{ provider }"));
  const models = await pulumiProject("tarball/models", MODELS);
  // One install for both. Its own ranges would do; with the versions that the sandbox's providers have, nothing else is asked for.
  await install(
    join(scratch, "tarball"),
    { dependencies: { ...locked(), "triton-bert": `file:${tarball}` } },
    "--omit=dev",
  );

  expect(existsSync(join(scratch, "tarball", "node_modules", "typescript"))).toBe(false);

  const one = await plannedSteps(await open("e2e-installed", "config: {}\n", component));
  expect(childrenOf(one)).toEqual(expect.arrayContaining(ALL));

  const config = stackFile({ mine: classifier() });
  const theirs = await open("e2e-installed-models", config, models);
  const many = await plannedSteps(theirs);
  expect(childrenOf(many)).toEqual(expect.arrayContaining(ALL));
});

it("previews it from a clone's sources, as `pulumi package add` makes it for a project", async () => {
  const clone = join(scratch, "clone");
  await mkdir(clone);
  await unpackSources(clone);
  await install(clone, undefined, "--omit=dev");
  const folder = await pulumiProject("plugin", service("@pulumi/triton-bert", "{ providers: [provider] }"));
  const { "@pulumi/pulumi": sdk, "@pulumi/kubernetes": kubernetes } = locked();
  await install(folder, {
    dependencies: { "@pulumi/pulumi": sdk, "@pulumi/kubernetes": kubernetes },
    devDependencies: { typescript: "^5.0.0", "@types/node": "^22" },
  });
  const stack = await open("e2e-installed-plugin", "config: {}\n", folder);
  await stack.pulumi(["package", "add", join(clone, "components")]);
  const { steps } = JSON.parse(await stack.preview(["--json"])) as { steps: PreviewStep[] };
  expect(
    steps.map(({ urn }) =>
      urn
        .split("::")
        .pop()
        ?.replace(/^mine-/, ""),
    ),
  ).toEqual(expect.arrayContaining(ALL));
});

it("lets a project with Pulumi's own tsconfig.json compile against its types", async () => {
  const folder = join(scratch, "tarball", "component");
  const tsc = join(scratch, "plugin", "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [tsc, "--noEmit", "-p", folder], { env: process.env });
});
