/** Whatever config is accepted, the real API server takes all that comes of it, a pod of each template included: Pod Security judges
 *  pods alone. Each config is one that nobody has thought of (test/unit/stack/anyConfig.ts). */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ConfigError } from "../../components/shared/problems";
import { program } from "../../components/stack/program";
import { CommandError } from "../../sandbox/shell";
import { type Registered, run } from "../unit/engine";
import { anyConfig, type Config, parameters } from "../unit/stack/anyConfig";
import { setConfig } from "../unit/stack/stack";
import { addGatewayKinds, removeGatewayKinds } from "./gatewayCrds";
import { metrics } from "./scaling";
import { environment, NAMESPACE } from "./support";

vi.mock("../../components/image/dockerDaemon", () => ({ requireDockerDaemon: vi.fn() }));

const CONFIGS = parameters(200);
/** How Pulumi's protocol marks a secret. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
let folder: string;

beforeAll(async () => {
  await metrics();
  await addGatewayKinds();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-dry-run-"));
});
afterAll(async () => {
  await removeGatewayKinds();
  fs.rmSync(folder, { recursive: true });
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  readonly spec?: any;
}

it("what comes of an accepted config is taken by the API server", async () => {
  const tried = fc.sample(anyConfig({ cluster: { context: "somewhere" }, namespace: NAMESPACE }), CONFIGS);
  const manifests: Manifest[] = [];
  const byPrefix = new Map<string, Config>();
  for (const [index, config] of tried.entries()) {
    const namePrefix = `f${index}-`;
    const made = await objectsOf({ ...config, namePrefix });
    if (made.length > 0) byPrefix.set(namePrefix, config);
    manifests.push(...made, ...made.flatMap(podOf));
  }
  // Else hardly any would be tried.
  expect(byPrefix.size).toBeGreaterThan(CONFIGS.numRuns / 20);
  const refused = await dryRun(manifests);
  const told = refused.map((line) => {
    const [prefix = ""] = /f\d+-/.exec(line) ?? [];
    return `${line}\n  ${JSON.stringify(byPrefix.get(prefix)?.models)}\n  ${JSON.stringify(byPrefix.get(prefix)?.defaults)}`;
  });
  expect(told.join("\n")).toBe("");
});

/** Empty where the config is refused. */
async function objectsOf(config: Config): Promise<Manifest[]> {
  vi.stubEnv("KUBECONFIG", path.join(folder, "kubeconfig"));
  fs.writeFileSync(path.join(folder, "kubeconfig"), JSON.stringify({ contexts: [{ name: "somewhere" }] }));
  setConfig(config, "credentials" in config ? ["credentials"] : []);
  try {
    // As a preview, which waits for no rollout. The name of an image that is not built yet is text, too.
    const { registered } = await run(program, folder);
    return registered.filter(({ type }) => type.startsWith("kubernetes:")).map(manifestOf);
  } catch (problem) {
    if (problem instanceof ConfigError) return [];
    throw problem;
  } finally {
    vi.unstubAllEnvs();
  }
}

function manifestOf({ type, inputs }: Registered): Manifest {
  const [, version = "", kind = ""] = type.split(":");
  return { ...plain(inputs), apiVersion: version.replace(/^core\//, ""), kind };
}

// biome-ignore lint/suspicious/noExplicitAny: the inputs of any resource
function plain(value: any): any {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (Object.values(value).includes(SECRET)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** As the Deployment's controller would make it, without what must be there first. */
function podOf({ kind, metadata, spec }: Manifest): Manifest[] {
  if (kind !== "Deployment") return [];
  const {
    serviceAccountName: _account,
    priorityClassName: _priority,
    runtimeClassName: _runtime,
    ...pod
  } = spec.template.spec;
  const { name } = metadata;
  return [
    { apiVersion: "v1", kind: "Pod", metadata: { ...spec.template.metadata, name, namespace: NAMESPACE }, spec: pod },
  ];
}

/** What the API server says of those that it refuses, a line each. */
async function dryRun(items: readonly Manifest[]): Promise<string[]> {
  const { kubectl } = await environment();
  const apply = [
    "apply",
    "--server-side",
    "--dry-run=server",
    "--validate=strict",
    "--field-manager=dry-run",
    "-f",
    "-",
  ];
  try {
    await kubectl(apply, { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
    return [];
  } catch (problem) {
    if (!(problem instanceof CommandError)) throw problem;
    return problem.output.split("\n").filter((line) => line !== "" && !line.includes("serverside-applied"));
  }
}
