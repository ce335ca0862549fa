/** Prometheus, which scrapes the pods of the sandbox that declare a port named `metrics`, and the kubelet. In: the cluster.
 *  Out: a program on loopback, with the labels that the Prometheus operator would give (namespace, pod, container,
 *  endpoint). */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { NO_PROXIES } from "../controlPlane";
import { answersOk } from "../health";
import { NETWORKS, PORTS } from "../layout";
import type { Pki } from "../pki";
import type { Part } from "../processes";

export const PROMETHEUS_URL = `http://127.0.0.1:${PORTS.prometheus}`;

/** Short, so that a test need not wait long for a rate. */
export const SCRAPE_SECONDS = 5;

export function prometheusPart(program: string, folder: string, kubeconfig: string, pki: Pki): Part {
  const file = join(folder, "prometheus.yml");
  const rules = join(folder, "rules");
  const config = stringify(prometheusConfig(kubeconfig, pki, join(rules, "*.yaml")));
  return {
    name: "prometheus",
    command: [
      program,
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${PORTS.prometheus}`,
      "--web.enable-lifecycle",
    ],
    env: NO_PROXIES,
    reads: [config],
    healthy: () => answersOk(`${PROMETHEUS_URL}/-/ready`),
    prepare: async () => {
      await mkdir(rules, { recursive: true });
      await writeFile(file, config);
    },
  };
}

function prometheusConfig(kubeconfig: string, pki: Pki, rules: string) {
  const relabel = (from: string[], to: string) => ({ source_labels: from, target_label: to });
  return {
    global: { scrape_interval: `${SCRAPE_SECONDS}s`, scrape_timeout: "4s", evaluation_interval: `${SCRAPE_SECONDS}s` },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: "pods",
        kubernetes_sd_configs: [{ role: "pod", kubeconfig_file: kubeconfig }],
        relabel_configs: [
          { source_labels: ["__meta_kubernetes_pod_container_port_name"], action: "keep", regex: "metrics" },
          { source_labels: ["__meta_kubernetes_pod_phase"], action: "drop", regex: "Pending|Succeeded|Failed" },
          relabel(["__meta_kubernetes_namespace"], "namespace"),
          relabel(["__meta_kubernetes_pod_name"], "pod"),
          relabel(["__meta_kubernetes_pod_container_name"], "container"),
          relabel(["__meta_kubernetes_pod_container_port_name"], "endpoint"),
        ],
      },
      ...["probes", "resource"].map((path) => ({
        job_name: `kubelet-${path}`,
        scheme: "https",
        metrics_path: `/metrics/${path}`,
        // They name namespace and pod themselves.
        honor_labels: true,
        // The kubelet's certificate is its own.
        tls_config: {
          cert_file: pki.file("admin", "crt"),
          key_file: pki.file("admin", "key"),
          insecure_skip_verify: true,
        },
        static_configs: [{ targets: [`${NETWORKS.pods.gateway}:${PORTS.kubelet}`] }],
      })),
    ],
  };
}
