/** The two other metrics APIs: metrics-server (CPU and memory, from the kubelet), and a stand-in for prometheus-adapter,
 *  which evaluates the rules in a file. In: the programs' paths, who they are. Out: parts. */
import { NO_PROXIES } from "../controlPlane";
import { answersOk } from "../health";
import { PORTS } from "../layout";
import type { Part } from "../processes";
import { PROMETHEUS_URL } from "./prometheus";
import type { KedaProgram } from "./toolchain/programs";

export interface ServerInput {
  program(name: KedaProgram): string;
  kubeconfig: string;
  /** Folder with ca.crt, tls.crt, tls.key. */
  certificates: string;
  /** What every aggregated API server is told. */
  flags(port: number): string[];
}

export function serverInput(input: Omit<ServerInput, "flags">): ServerInput {
  const { kubeconfig, certificates } = input;
  const flags = (port: number) => [
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${certificates}`,
    `--tls-cert-file=${certificates}/tls.crt`,
    `--tls-private-key-file=${certificates}/tls.key`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
  ];
  return { ...input, flags };
}

export function serverParts({ program, kubeconfig, flags }: ServerInput, rulesFile: string): Part[] {
  return [
    {
      name: "metrics-server",
      command: [
        program("metrics-server"),
        ...flags(PORTS.metricsServer),
        `--kubeconfig=${kubeconfig}`,
        // The kubelet's certificate is its own; its node has no name that resolves.
        "--kubelet-insecure-tls",
        "--kubelet-preferred-address-types=InternalIP",
        "--kubelet-use-node-status-port",
        "--metric-resolution=10s",
        "--kubelet-request-timeout=5s",
      ],
      env: NO_PROXIES,
      healthy: () => answersOk(`https://127.0.0.1:${PORTS.metricsServer}/livez`),
    },
    {
      name: "custom-metrics",
      command: [
        program("custom-metrics"),
        ...flags(PORTS.customMetrics),
        `--lister-kubeconfig=${kubeconfig}`,
        `--prometheus-url=${PROMETHEUS_URL}`,
        `--rules=${rulesFile}`,
      ],
      env: NO_PROXIES,
      healthy: () => answersOk(`https://127.0.0.1:${PORTS.customMetrics}/readyz`),
    },
  ];
}
