/** The metrics pipeline's programs, in two Go modules. KEDA pins another Kubernetes than the sandbox's tool chain, and another
 *  version of one small library than Prometheus. What they share compiles once even so, in the same versions: about 10
 *  minutes for all on 2 cores.
 *
 *  Debian's Prometheus would be there sooner, but it is built without the discovery of Kubernetes' pods. prometheus-adapter
 *  cannot be had through the Go module proxy: a small server of ours stands in for it.
 *  To bump a version: here, go.mod (KEDA's own `replace` and `exclude` lines besides), then
 *  `npx tsx sandbox/toolchain/tidy.ts keda` or `prometheus`. */
import type { Program } from "../../toolchain/builder";
import { plainModule } from "../../toolchain/plainModule";

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
export const kedaModule = plainModule<KedaProgram>(__dirname, {
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
export const prometheusModule = plainModule<PrometheusProgram>(__dirname, {
  name: "prometheus",
  programs: {
    prometheus: prometheus(`Prometheus ${PROMETHEUS.version}`, "prometheus"),
    promtool: prometheus("promtool", "promtool"),
  },
  tags: ["remove_all_sd", "enable_kubernetes_sd"],
  usual: () => "2 to 4 min on 2 cores the first time",
});
