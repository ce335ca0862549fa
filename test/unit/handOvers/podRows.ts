/** What is said of the pod's hardware and times, and what it moves. */
import { alerts, gpu, ngc, type Row } from "./args";

export const podRows: readonly Row[] = [
  [
    "gpu.type",
    gpu(),
    gpu({ type: "B200" }),
    [
      "warning: sentiment: sentiment.server: whether Triton 26.10 runs on th…",
      "warning: sentiment: sentiment.server: whether Triton 26.10 runs on th…",
    ],
  ],
  [
    "gpu.computeCapability",
    gpu({ type: undefined, computeCapability: "8.9" }),
    gpu({ type: undefined, computeCapability: "7.0" }),
    ["refused: sentiment.gpu.computeCapability"],
  ],
  ["gpu.driver", gpu(), gpu({ driver: "535" }), ["refused: sentiment.gpu.driver"]],
  [
    "gpu.count",
    gpu(),
    gpu({ count: 2 }),
    [
      "pod: triton.resources.limits.nvidia.com/gpu",
      "pod: triton.resources.requests.nvidia.com/gpu",
      "server context: spec.json.gpuCount",
      "server tag",
      "warning: sentiment: sentiment: each change takes the only pod down be…",
      "warning: sentiment: sentiment: each change takes the only pod down be…",
    ],
  ],
  [
    "gpu.spare",
    { ...gpu(), replicas: 4 },
    { ...gpu({ spare: 2 }), replicas: 4 },
    [
      "deployment: spec.strategy.rollingUpdate.maxSurge",
      "deployment: spec.strategy.rollingUpdate.maxUnavailable",
      "deployment: timeouts",
    ],
  ],
  [
    "gpu.resource",
    gpu(),
    gpu({ resource: "nvidia.com/mig-1g.10gb" }),
    [
      "pod: triton.args.--allow-gpu-metrics",
      "pod: triton.resources.limits.nvidia.com/gpu",
      "pod: triton.resources.limits.nvidia.com/mig-1g",
      "pod: triton.resources.requests.nvidia.com/gpu",
      "pod: triton.resources.requests.nvidia.com/mig-1g",
    ],
  ],
  [
    "gpu.claimTemplate",
    gpu(),
    gpu({ claimTemplate: "one-l4" }),
    [
      "pod: spec.resourceClaims",
      "pod: triton.resources.claims",
      "pod: triton.resources.limits.nvidia",
      "pod: triton.resources.requests.nvidia",
    ],
  ],
  ["gpu.products", gpu(), gpu({ products: ["NVIDIA-L4"] }), ["pod: spec.affinity"]],
  [
    "resources.cpu",
    {},
    { resources: { cpu: 4 } },
    [
      "pod: triton.resources.limits.cpu",
      "pod: triton.resources.limits.memory",
      "pod: triton.resources.requests.cpu",
      "pod: triton.resources.requests.memory",
    ],
  ],
  [
    "resources.memory",
    {},
    { resources: { memory: "4Gi" } },
    ["pod: triton.resources.limits.memory", "pod: triton.resources.requests.memory"],
  ],
  [
    "shm",
    {},
    { shm: "1Gi" },
    [
      "pod: spec.volumes.shm.emptyDir.sizeLimit",
      "pod: triton.resources.limits.memory",
      "pod: triton.resources.requests.memory",
    ],
  ],
  [
    "rollout.startupSeconds",
    alerts(),
    { ...alerts(), rollout: { startupSeconds: 60 } },
    [
      "alerts: rules.TritonBertGoldenCheck.for",
      "deployment: spec.progressDeadlineSeconds",
      "deployment: timeouts",
      "pod: triton.startupProbe.failureThreshold",
    ],
  ],
  [
    "rollout.pullSeconds",
    {},
    { rollout: { pullSeconds: 60 } },
    ["deployment: spec.progressDeadlineSeconds", "deployment: timeouts"],
  ],
  [
    "rollout.endpointDelaySeconds",
    {},
    { rollout: { endpointDelaySeconds: 20 } },
    [
      "deployment: spec.progressDeadlineSeconds",
      "deployment: timeouts",
      "pod: gateway.env.NGINX_CONFIG.value",
      "pod: gateway.lifecycle.preStop.exec.command.2",
      "pod: spec.terminationGracePeriodSeconds",
      "pod: triton.lifecycle.preStop.sleep.seconds",
    ],
  ],
  [
    "rollout.verify",
    { cluster: { context: "somewhere" } },
    { cluster: { context: "somewhere" }, rollout: { verify: false } },
    ["after up: rollout"],
  ],
  [
    "rollout.longestRequestSeconds",
    ngc(),
    { ...ngc(), rollout: { longestRequestSeconds: 5 } },
    [
      "deployment: spec.progressDeadlineSeconds",
      "deployment: timeouts",
      "pod: spec.terminationGracePeriodSeconds",
      "pod: triton.args.--exit-timeout-secs",
      "server context: spec.json.limits.waitSeconds",
      "server tag",
    ],
  ],
];
