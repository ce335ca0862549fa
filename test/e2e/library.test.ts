/** The library form, as another project's program uses it: the user's `opts` reach every child. */
import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { openStack, type PreviewStep, project, sandboxBuild } from "./support";

const PROGRAM = `
import * as kubernetes from "@pulumi/kubernetes";
import { TritonBertService } from "${project}/components/index";

if (process.version !== "${process.version}") throw new Error("Pulumi runs this on Node " + process.version);
const provider = new kubernetes.Provider("mine", { context: "triton-bert-sandbox", kubeconfig: "" });
new TritonBertService("mine", {
  model: { local: { path: "model" } },
  server: { pypi: {} },
  namespace: "triton-bert",
  registry: { generic: { repository: "localhost:5001/library" } },
  build: ${JSON.stringify(sandboxBuild)},
}, {
  provider,
  protect: true,
  transforms: [({ type, props, opts }) =>
    type === "kubernetes:apps/v1:Deployment" ? { props: { ...props, metadata: { ...props.metadata, labels: { team: "search" } } }, opts } : undefined],
});
`;

let stack: Stack;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "triton-bert-library-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: theirs\nruntime: nodejs\n");
  writeFileSync(join(folder, "package.json"), '{ "name": "theirs", "main": "index.ts" }\n');
  cpSync(join(project, "tsconfig.json"), join(folder, "tsconfig.json"));
  writeFileSync(join(folder, "index.ts"), PROGRAM);
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  cpSync(join(project, "sandbox", "model"), join(folder, "model"), { recursive: true });
  stack = await openStack("e2e-library", "config: {}\n", folder);
});
afterAll(() => stack.destroy());

it("previews with the user's provider, protection and transforms on every child", async () => {
  const { steps } = JSON.parse(await stack.preview(["--json"])) as { steps: (PreviewStep & { newState: State })[] };
  const children = steps.filter(({ urn }) => urn.includes("TritonBertService$"));
  expect(children.length).toBeGreaterThanOrEqual(8);
  for (const { newState, urn } of children) expect(newState.protect, urn).toBe(true);
  const objects = children.filter(({ newState }) => newState.type.startsWith("kubernetes:"));
  for (const { newState, urn } of objects) expect(newState.provider, urn).toContain("::mine::");
  const deployment = objects.find(({ newState }) => newState.type === "kubernetes:apps/v1:Deployment");
  expect(deployment?.newState.inputs.metadata?.labels).toEqual({ team: "search" });
});

interface State {
  readonly type: string;
  readonly protect?: boolean;
  readonly provider?: string;
  readonly inputs: { readonly metadata?: { readonly labels?: Record<string, string> } };
}
