/** The one Go module that everything is compiled from, assembled outside the checkout: its parts lie where a reader
 *  looks for them (sandbox/toolchain, test/stand-ins), and one part, the Kubernetes provider, is a slimmed copy.
 *  In: the checkout, and Go's module cache. Out: a folder in which `go build` works; and, without assembling anything,
 *  a key for each program that moves when its binary would. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { moduleSource } from "./go";
import { KUBERNETES_PROVIDER, type ProgramName, programs, providerModule } from "./programs";

const checkout = resolve(__dirname, "../..");
const moduleFiles = ["go.mod", "go.sum", "tools.go"] as const;

/** The component types helm v4 Chart, yaml/v2 and kustomize/v2 alone need the provider's Go SDK, 70 % of its compile
 *  time. Nothing here uses them: the three lines that import them go, and the four that list them. */
const unusedComponents = /\bprovider(helmv4|kustomizev2|yamlv2)\b/;
const UNUSED_LINES = 7;

/** What the provider's source of January 2026 says differently than the Pulumi and Kubernetes beside it. */
const updates = [
  {
    file: "pkg/await/await.go",
    from: '"sigs.k8s.io/structured-merge-diff/v4/fieldpath"',
    to: '"sigs.k8s.io/structured-merge-diff/v6/fieldpath"',
  },
  { file: "pkg/gen/schema.go", from: "Provider: pschema.ResourceSpec{", to: "Provider: &pschema.ResourceSpec{" },
] as const;

/** Covers a program's own source, the versions and sums of all modules, and how the two are put together and linked. */
export function programKey(name: ProgramName, goVersion: string): string {
  const hash = createHash("sha256")
    .update(goVersion)
    .update(JSON.stringify([programs, providerModule]));
  for (const file of [...moduleFiles, "source.ts"]) hash.update(readFileSync(join(__dirname, file)));
  for (const [file, content] of sourceFiles(name)) hash.update(`\0${file}\0`).update(content);
  return hash.digest("hex").slice(0, 12);
}

/** Assembles the module, with our own source of the programs named, in a new folder. */
export async function assemble(folder: string, names: readonly ProgramName[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of moduleFiles) cpSync(join(__dirname, file), join(folder, file));
  for (const name of names) {
    mkdirSync(join(folder, "cmd", name), { recursive: true });
    for (const [file, content] of sourceFiles(name)) writeFileSync(join(folder, "cmd", name, file), content);
  }
  await addKubernetesProvider(folder);
}

function sourceFiles(name: ProgramName): [file: string, content: Buffer][] {
  const { source } = programs[name];
  if (!source) return [];
  const folder = join(checkout, source);
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const goFiles = files.filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"));
  if (goFiles.length === 0) throw new Error(`${source} holds no Go source for ${name}: is the checkout complete?`);
  return goFiles.map((file) => [file, readFileSync(join(folder, file))]);
}

/** go.mod replaces the provider's module by ./kubernetes-provider; the provider's schema goes beside our main.go. */
async function addKubernetesProvider(folder: string): Promise<void> {
  const original = await moduleSource(providerModule);
  const copy = join(folder, "kubernetes-provider");
  mkdirSync(copy);
  for (const part of ["go.mod", "go.sum", "pkg"]) copyWritable(join(original, part), join(copy, part));

  const list = join(copy, "pkg/provider/provider_construct.go");
  const lines = readFileSync(list, "utf8").split("\n");
  const kept = lines.filter((line) => !unusedComponents.test(line));
  if (lines.length - kept.length !== UNUSED_LINES) {
    throw new Error(
      `provider_construct.go of ${providerModule.path} ${providerModule.version}: ${lines.length - kept.length} lines ` +
        `name an unused component, ${UNUSED_LINES} were expected. Read the file again, and correct source.ts.`,
    );
  }
  writeFileSync(list, kept.join("\n"));
  for (const { file, from, to } of updates) {
    const [before, after, ...more] = readFileSync(join(copy, file), "utf8").split(from);
    if (after === undefined || more.length > 0)
      throw new Error(`${file} of ${providerModule.path} ${providerModule.version} says ${from} other than once.`);
    writeFileSync(join(copy, file), `${before}${to}${after}`);
  }

  const main = join(folder, "cmd/pulumi-resource-kubernetes");
  if (!existsSync(main)) return;
  const upstream = join(original, "cmd/pulumi-resource-kubernetes");
  const schema = JSON.parse(readFileSync(join(upstream, "schema.json"), "utf8"));
  writeFileSync(join(main, "schema.json"), JSON.stringify({ ...schema, version: KUBERNETES_PROVIDER }));
  copyWritable(join(upstream, "terraform-mapping.json"), join(main, "terraform-mapping.json"));
}

/** Go's module cache is read-only, files and folders; a copy must be writable to be edited, and to be removed. */
function copyWritable(from: string, to: string): void {
  if (statSync(from).isDirectory()) {
    mkdirSync(to);
    for (const entry of readdirSync(from)) copyWritable(join(from, entry), join(to, entry));
  } else {
    writeFileSync(to, readFileSync(from));
  }
}
