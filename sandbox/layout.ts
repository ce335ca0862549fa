/** Where everything of the sandbox lies, and every number that another program might also want.
 *
 *  Only this file names folders, ports, networks and interfaces, so that what must not clash with the user's own Docker
 *  or Kubernetes can be read in one place. In: the cache folder. Out: paths. */
import { join } from "node:path";

export const PORTS = {
  registry: 5001,
  apiserver: 16443,
  etcd: 12379,
  etcdPeer: 12380,
  etcdHealth: 12381,
  kubelet: 20250,
  kubeletHealth: 20248,
  proxyHealth: 20256,
  proxyMetrics: 20249,
  controllerManager: 20257,
  scheduler: 20259,
  prometheus: 20290,
  kedaOperator: 20291,
  kedaOperatorHealth: 20292,
  kedaAdapter: 20293,
  kedaAdapterMetrics: 20294,
  kedaWebhooks: 20295,
  kedaWebhooksHealth: 20296,
  metricsServer: 20297,
  customMetrics: 20298,
} as const;

export const NETWORKS = {
  pods: { bridge: "tbert-cni0", subnet: "10.77.0.0/24", gateway: "10.77.0.1" },
  docker: { bridge: "tbert-docker0", subnet: "10.78.0.0/24", gateway: "10.78.0.1" },
  services: { subnet: "10.79.0.0/24", apiserver: "10.79.0.1" },
} as const;

/** Parents of all containers of the sandbox, in every cgroup hierarchy: what is in them may be killed without asking. */
export const CGROUPS = { docker: "tbert-docker", pods: "tbert-kube" } as const;

export const CONTEXT = "triton-bert-sandbox";
export const NAMESPACE = "triton-bert";
export const NODE = "sandbox";
export const REGISTRY = `localhost:${PORTS.registry}`;
export const BASE_IMAGE = "triton-bert-sandbox/python:3.11-bookworm";

/** Sockets and what a reboot may forget. Not under the cache: a socket's path may have 107 characters at most. One
 *  sandbox per machine, since its ports and interfaces have fixed names. */
export const RUN_FOLDER = "/run/triton-bert-sandbox";

export const RUN = {
  dockerSocket: `${RUN_FOLDER}/docker.sock`,
  dockerPid: `${RUN_FOLDER}/docker.pid`,
  dockerExec: `${RUN_FOLDER}/docker`,
  dockerContainerdPid: `${RUN_FOLDER}/docker/containerd/containerd.pid`,
  containerd: `${RUN_FOLDER}/containerd`,
  containerdSocket: `${RUN_FOLDER}/containerd.sock`,
  runc: `${RUN_FOLDER}/runc`,
  cniAddresses: `${RUN_FOLDER}/cni-addresses`,
  before: `${RUN_FOLDER}/before.json`,
} as const;

export interface Layout {
  root: string;
  log: string;
  /** Kept by `down`: images, build cache, pushed layers. */
  docker: string;
  registry: string;
  baseImages: string;
  /** Wiped by `down`, together: a Pulumi state without its cluster would lie. */
  cluster: string;
  pulumiState: string;
  bin: string;
  dockerConfig: string;
  kubeconfig: string;
}

export function layout(cache: string): Layout {
  const root = join(cache, "sandbox");
  return {
    root,
    log: join(root, "log"),
    docker: join(root, "docker"),
    registry: join(root, "registry"),
    baseImages: join(root, "base-images"),
    cluster: join(root, "cluster"),
    pulumiState: join(root, "pulumi-state"),
    bin: join(root, "bin"),
    dockerConfig: join(root, "docker-config"),
    kubeconfig: join(root, "kubeconfig"),
  };
}
