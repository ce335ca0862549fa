/** A real metrics pipeline beside the sandbox's control plane: Prometheus, KEDA, metrics-server, and a custom-metrics server.
 *
 *  `npm start` needs none of it; `npm run metrics` and the scaling tests ask for it. In: a sandbox that is up. Out: three
 *  metrics APIs that answer, and KEDA. What runs and is healthy is left alone. `npm run stop` takes it down with the rest. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Layout, layout } from "../layout";
import { withLock } from "../lock";
import { checkFree, METRICS_PORTS } from "../network";
import { ensurePki, ensureServing, writeKubeconfig } from "../pki";
import { end, ensure, markedProcesses, type Part } from "../processes";
import type { Progress } from "../progress";
import { ensurePrograms } from "../toolchain/builder";
import { apiNames, apiObjects, serviceNames } from "./apiServices";
import { kedaObjects, kedaParts } from "./keda";
import { monitoringKinds } from "./monitoringKinds";
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

type Kubectl = (args: readonly string[], options?: { input?: string }) => Promise<string>;

export interface MetricsOptions {
  cache: string;
  kubectl: Kubectl;
  log: Progress;
}

/** Whether somebody has asked this cluster for the pipeline: its APIs are registered, and must be served. */
export const wantsMetrics = (paths: Layout): boolean => existsSync(folderOf(paths));

export async function metricsUp(options: MetricsOptions): Promise<MetricsPipeline> {
  const paths = layout(options.cache);
  // Not under the sandbox's lock: whoever else needs the sandbox would wait for minutes of compiling.
  await compileMetrics(options);
  return withLock(paths.root, () => bringMetricsUp(paths, options));
}

/** Compiles the pipeline's programs that are not there; for whoever can't wait for that later. */
export async function compileMetrics({ cache, log }: Pick<MetricsOptions, "cache" | "log">): Promise<void> {
  await log.step("metrics programs (KEDA, Prometheus)", (update) => metricsPrograms(cache, update));
}

/** For who holds the sandbox's lock. */
export async function bringMetricsUp(paths: Layout, { cache, kubectl, log }: MetricsOptions): Promise<MetricsPipeline> {
  return log.step("metrics pipeline", async (update) => {
    const programs = await metricsPrograms(cache, update);
    await checkFree(METRICS_PORTS);
    const folder = folderOf(paths);
    await mkdir(folder, { recursive: true });
    const rulesFile = await ensureRules(folder);
    const { parts, caBundle } = await prepare(paths, folder, programs, rulesFile);
    const registered = join(folder, "registered");
    update("Prometheus, KEDA, metrics APIs");
    const keda = await kedaObjects(caBundle);
    const crds = [...keda.crds, ...(await monitoringKinds())];
    const served = [...apiObjects(caBundle), ...keda.webhooks];
    const hash = createHash("sha256")
      .update(JSON.stringify([...crds, ...served]))
      .digest("hex");
    const isRegistered = (await readFile(registered, "utf8").catch(() => "")) === hash;
    // KEDA's programs end when its kinds are unknown, and those are served only a moment after they are accepted.
    if (!isRegistered) {
      await apply(kubectl, crds);
      await kubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
    }
    const states = await Promise.all(parts.map((part) => ensure(part, paths.log)));
    if (!isRegistered) await apply(kubectl, served);
    if (!isRegistered || states.includes("started")) {
      update("waiting until the metrics APIs answer");
      await Promise.all(apiNames.map((name) => available(kubectl, name)));
      await writeFile(registered, hash);
    }
    return pipeline(paths, rulesFile, parts);
  });
}

const folderOf = (paths: Layout): string => join(paths.cluster, "metrics");

interface Programs {
  path(name: MetricsProgram): string;
  /** Equal keys, equal binaries. */
  key(name: string): string;
}

/** Compiles what is not there. */
async function metricsPrograms(cache: string, log: (line: string) => void): Promise<Programs> {
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
  const prometheus = prometheusPart(path("prometheus"), folder, kubeconfig, pki);
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
async function apply(kubectl: Kubectl, items: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
}

async function available(kubectl: Kubectl, apiService: string): Promise<void> {
  await kubectl(["wait", "--for=condition=Available", "--timeout=60s", "apiservice", apiService]);
}
