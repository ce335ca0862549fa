/** The configuration files of containerd, CNI, kubelet and kube-proxy, as text. Pure: same answers, same bytes, so that a
 *  program is restarted exactly when its configuration changed. */
import { CGROUPS, NETWORKS, NODE, PORTS, RUN } from "./layout";

export const CNI_NETWORK = "tbert";

/** CRI configuration of containerd 1.6. */
export function containerdConfig(options: {
  root: string;
  cniFolder: string;
  registries: string;
  pause: string;
  snapshotter: string;
}): string {
  const quoted = JSON.stringify; // a JSON string is a TOML string
  return `version = 2
root = ${quoted(options.root)}
state = ${quoted(RUN.containerd)}
[grpc]
  address = ${quoted(RUN.containerdSocket)}
[plugins."io.containerd.internal.v1.opt"]
  path = ${quoted(`${options.root}/opt`)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quoted(options.pause)}
  # Without CAP_SYS_RESOURCE no score can be lowered, and every pod would die at birth.
  restrict_oom_score_adj = true
  # Under our own folder, so that \`down\` finds them all.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${quoted(options.cniFolder)}
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${quoted(options.registries)}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${quoted(options.snapshotter)}
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = ${quoted(RUN.runc)}
`;
}

/** \`firewall\` lets pod traffic pass where dockerd has set the policy of FORWARD to DROP. */
export function cniConfig(mtu: number): string {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: NETWORKS.pods.subnet, rangeStart: NETWORKS.pods.gateway.replace(/\d+$/, "10") }]],
    routes: [{ dst: "0.0.0.0/0" }],
    dataDir: RUN.cniAddresses,
  };
  const bridge = {
    type: "bridge",
    bridge: NETWORKS.pods.bridge,
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    mtu,
    ipam,
  };
  const plugins = [bridge, { type: "portmap", capabilities: { portMappings: true } }, { type: "firewall" }];
  return JSON.stringify({ cniVersion: "0.4.0", name: CNI_NETWORK, plugins }, null, 2);
}

export function kubeletConfig(options: { clientCa: string; podLogs: string; volumePlugins: string }): string {
  return JSON.stringify(
    {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      address: NETWORKS.pods.gateway,
      port: PORTS.kubelet,
      readOnlyPort: 0,
      healthzBindAddress: "127.0.0.1",
      healthzPort: PORTS.kubeletHealth,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: options.clientCa },
      },
      authorization: { mode: "Webhook" },
      containerRuntimeEndpoint: `unix://${RUN.containerdSocket}`,
      cgroupDriver: "cgroupfs",
      cgroupRoot: `/${CGROUPS.pods}`,
      failCgroupV1: false,
      failSwapOn: false,
      oomScoreAdj: 0,
      // No cluster DNS: pods get the machine's own resolver.
      resolvConf: "/etc/resolv.conf",
      // A developer's disk is often nearly full; percentages of it would evict everything.
      evictionHard: { "memory.available": "100Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi" },
      imageGCHighThresholdPercent: 100,
      imageGCLowThresholdPercent: 99,
      podLogsDir: options.podLogs,
      volumePluginDir: options.volumePlugins,
    },
    null,
    2,
  );
}

export function proxyConfig(kubeconfig: string): string {
  return JSON.stringify(
    {
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      mode: "iptables",
      clientConnection: { kubeconfig },
      hostnameOverride: NODE,
      clusterCIDR: NETWORKS.pods.subnet,
      nodePortAddresses: ["127.0.0.0/8"],
      healthzBindAddress: `127.0.0.1:${PORTS.proxyHealth}`,
      metricsBindAddress: `127.0.0.1:${PORTS.proxyMetrics}`,
      oomScoreAdj: 0,
      // 0 leaves the kernel's own limits alone.
      conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    },
    null,
    2,
  );
}
