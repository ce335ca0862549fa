/** The metrics pipeline's programs, in two Go modules. KEDA pins another Kubernetes than the sandbox's tool chain, and another
 *  version of one small library than Prometheus. What they share compiles once even so, in the same versions: about 10
 *  minutes for all on 2 cores.
 *
 *  Debian's Prometheus would be there sooner, but it is built without the discovery of Kubernetes' pods. prometheus-adapter
 *  cannot be had through the Go module proxy: a small server of ours stands in for it.
 *  To bump a version: here, go.mod (KEDA's own `replace` and `exclude` lines besides), then
 *  `npx tsx sandbox/toolchain/tidy.ts keda` or `prometheus`. */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { GoModule, Program } from "../../toolchain/builder";

const checkout = resolve(__dirname, "../../..");
const MODULE_FILES = ["go.mod", "go.sum", "tools.go"] as const;

export const KEDA = { path: "github.com/kedacore/keda/v2", version: "2.21.0" } as const;
const PROMETHEUS = { path: "github.com/prometheus/prometheus", version: "3.14.0" } as const;

export type KedaProgram = "keda-operator" | "keda-adapter" | "keda-webhooks" | "metrics-server" | "custom-metrics";
export type PrometheusProgram = "prometheus" | "promtool";

const keda = (title: string, folder: string): Program => ({
  title,
  package: `${KEDA.path}/cmd/${folder}`,
  variables: { [`${KEDA.path}/version.Version`]: KEDA.version },
});

const prometheus = (title: string, folder: string): Program => ({
  title,
  package: `${PROMETHEUS.path}/cmd/${folder}`,
  variables: { "github.com/prometheus/common/version.Version": PROMETHEUS.version },
});

/** KEDA, and what is built on the same libraries. */
export const kedaModule = plainModule<KedaProgram>({
  name: "keda",
  programs: {
    "keda-operator": keda(`KEDA ${KEDA.version}`, "operator"),
    "keda-adapter": keda("KEDA's metrics adapter", "adapter"),
    "keda-webhooks": keda("KEDA's webhooks", "webhooks"),
    "metrics-server": { title: "metrics-server", package: "sigs.k8s.io/metrics-server/cmd/metrics-server" },
    "custom-metrics": { title: "a custom-metrics server", source: "test/stand-ins/custom-metrics" },
  },
  tags: [],
  usual: (names) => (names.includes("keda-operator") ? "8 to 10 min on 2 cores the first time" : ""),
});

/** Of its service discoveries only Kubernetes': the others would bring every cloud's SDK. */
export const prometheusModule = plainModule<PrometheusProgram>({
  name: "prometheus",
  programs: {
    prometheus: prometheus(`Prometheus ${PROMETHEUS.version}`, "prometheus"),
    promtool: prometheus("promtool", "promtool"),
  },
  tags: ["remove_all_sd", "enable_kubernetes_sd"],
  usual: () => "2 to 4 min on 2 cores the first time",
});

/** A module whose go.mod lies in the folder of its name here, and is built as it is. */
function plainModule<Name extends string>(module: Omit<GoModule<Name>, "key" | "assemble">): GoModule<Name> {
  const { name: folderName, programs, tags } = module;
  const home = join(__dirname, folderName);
  return {
    ...module,
    key(name, goVersion) {
      const hash = createHash("sha256")
        .update(goVersion)
        .update(JSON.stringify([programs, tags]));
      for (const file of MODULE_FILES) hash.update(readFileSync(join(home, file)));
      for (const [file, content] of sourceFiles(programs[name])) hash.update(`\0${file}\0`).update(content);
      return hash.digest("hex").slice(0, 12);
    },
    async assemble(folder, names) {
      mkdirSync(folder, { recursive: true });
      for (const file of MODULE_FILES) cpSync(join(home, file), join(folder, file));
      for (const name of names) {
        for (const [file, content] of sourceFiles(programs[name])) {
          mkdirSync(join(folder, "cmd", name), { recursive: true });
          writeFileSync(join(folder, "cmd", name, file), content);
        }
      }
    },
  };
}

function sourceFiles({ source }: Program): [file: string, content: Buffer][] {
  if (source === undefined) return [];
  const folder = join(checkout, source);
  const files = readdirSync(folder).filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"));
  return files.sort().map((file) => [file, readFileSync(join(folder, file))]);
}
