/** A real metrics pipeline beside the sandbox's control plane: Prometheus, KEDA, metrics-server, and a custom-metrics server.
 *
 *  `npm start` needs none of it; `npm run metrics` and the scaling tests ask for it. In: a sandbox that is up. Out: three
 *  metrics APIs that answer, and KEDA. What runs and is healthy is left alone. `npm run stop` takes it down with the rest. */
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Layout, layout } from "../layout";
import { withLock } from "../lock";
import { checkFree, METRICS_PORTS } from "../network";
import { ensurePki, ensureServing, writeKubeconfig } from "../pki";
import { end, ensure, markedProcesses, type Part } from "../processes";
import type { Progress } from "../progress";
import { ensurePrograms } from "../toolchain/builder";
import { AGGREGATED, apiObjects, serviceNames } from "./apiServices";
import { kedaObjects, kedaParts } from "./keda";
import { PROMETHEUS_URL, prometheusPart } from "./prometheus";
import { serverInput, serverParts } from "./servers";
import { type KedaProgram, kedaModule, prometheusModule } from "./toolchain/programs";

type MetricsProgram = KedaProgram | "prometheus";

export interface MetricsPipeline {
  /** Where Prometheus answers, for programs of this machine. */
  readonly prometheus: string;
  /** prometheus-adapter rules, read at every answer of custom.metrics.k8s.io. */
  readonly rulesFile: string;
  /** Ends Prometheus, as an outage would; what it has stored stays. */
  stopPrometheus(): Promise<void>;
  startPrometheus(): Promise<void>;
}

export interface MetricsOptions {
  cache: string;
  kubectl: (args: readonly string[], options?: { input?: string }) => Promise<string>;
  log: Progress;
}

export async function metricsUp({ cache, kubectl, log }: MetricsOptions): Promise<MetricsPipeline> {
  const paths = layout(cache);
  const programs = await log.step("metrics programs (KEDA, Prometheus)", (update) => built(cache, update));
  return withLock(paths.root, async () => {
    await checkFree(METRICS_PORTS);
    const folder = join(paths.cluster, "metrics");
    await mkdir(folder, { recursive: true });
    const rulesFile = await ensureRules(folder);
    return log.step("metrics pipeline", async (update) => {
      const { parts, caBundle } = await prepare(paths, folder, programs, rulesFile);
      update("Prometheus, KEDA, metrics APIs");
      const { crds, webhooks } = await kedaObjects(caBundle);
      await apply(kubectl, crds); // the operator ends when its kinds are unknown
      await kubectl(["wait", "--for=condition=Established", "--timeout=30s", "crd", "scaledobjects.keda.sh"]);
      await Promise.all(parts.map((part) => ensure(part, paths.log)));
      await apply(kubectl, [...apiObjects(caBundle), ...webhooks]);
      update("waiting until the metrics APIs answer");
      await Promise.all(AGGREGATED.flatMap(({ group, versions }) => versions.map((v) => available(kubectl, v, group))));
      return pipeline(paths, rulesFile, parts);
    });
  });
}

interface Programs {
  path(name: MetricsProgram): string;
  /** Equal keys, equal binaries. */
  key(name: string): string;
}

async function built(cache: string, log: (line: string) => void): Promise<Programs> {
  const programs = Object.keys(kedaModule.programs) as KedaProgram[];
  const keda = await ensurePrograms(kedaModule, { cache, log, programs });
  const prometheus = await ensurePrograms(prometheusModule, { cache, log, programs: ["prometheus"] });
  const keys: Readonly<Record<string, string | undefined>> = { ...keda.keys, ...prometheus.keys };
  return {
    path: (name) => join(name === "prometheus" ? prometheus.bin : keda.bin, name),
    key: (name) => keys[name] ?? "",
  };
}

async function prepare(paths: Layout, folder: string, { path, key }: Programs, rulesFile: string) {
  const pki = await ensurePki(join(paths.cluster, "pki"));
  const kubeconfig = await writeKubeconfig(pki, "admin", join(folder, "kubeconfig"));
  const names = ["IP:127.0.0.1", "DNS:localhost", ...serviceNames.map((name) => `DNS:${name}`)].join(",");
  const certificates = await ensureServing(pki, join(folder, "certificates"), "/CN=metrics-pipeline", names);
  const input = serverInput({ program: path, kubeconfig, certificates });
  const prometheus = prometheusPart(path("prometheus"), folder, kubeconfig);
  const all: Part[] = [prometheus, ...kedaParts(input), ...serverParts(input, rulesFile)];
  // A binary of another key is another program.
  const parts = all.map((part) => ({
    ...part,
    reads: [...(part.reads ?? []), key(part.name)],
  }));
  return { parts, caBundle: (await readFile(pki.file("ca", "crt"))).toString("base64") };
}

async function ensureRules(folder: string): Promise<string> {
  const file = join(folder, "custom-metrics-rules.yaml");
  await access(file).catch(() => writeFile(file, "rules: []\n"));
  return file;
}

function pipeline(paths: Layout, rulesFile: string, parts: readonly Part[]): MetricsPipeline {
  const [prometheus] = parts;
  return {
    prometheus: PROMETHEUS_URL,
    rulesFile,
    stopPrometheus: () =>
      end(
        markedProcesses()
          .filter(({ part }) => part === "prometheus")
          .map(({ pid }) => pid),
      ),
    async startPrometheus() {
      if (prometheus) await ensure(prometheus, paths.log);
    },
  };
}

/** On the server's side: the ScaledObject's schema is larger than an annotation may be. */
async function apply(kubectl: MetricsOptions["kubectl"], items: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
}

async function available(kubectl: MetricsOptions["kubectl"], version: string, group: string): Promise<void> {
  const name = `${version}.${group}`;
  await kubectl(["wait", "--for=condition=Available", "--timeout=60s", "apiservice", name]);
}
