/** What is said of the number of pods, and what it moves. */
import { gpu, ngc, type Row } from "./args";

const cpu = (more: object = {}) => ({ autoscaling: { cpu: { max: 8, ...more } } });
const keda = (more: object = {}) => ({ autoscaling: { keda: { max: 8, prometheus: "http://prom:9090", ...more } } });
const pods = (more: object = {}) => ({ autoscaling: { podsMetric: { max: 8, ...more } } });
const auth = (more: object = {}) => keda({ authentication: { name: "login", modes: "basic", ...more } });
const checked = { cluster: { context: "somewhere" } };
const dashboard = { monitoring: { dashboard: {} } };

export const scalingRows: readonly Row[] = [
  ["replicas", {}, { replicas: 5 }, ["deployment: spec.replicas", "deployment: timeouts"]],
  [
    "autoscaling.none",
    {},
    cpu(),
    [
      "autoscaler",
      "deployment: ignoreChanges",
      "deployment: timeouts",
      "warning: sentiment: sentiment: up can't tell what keeps pods from sta…",
      "warning: sentiment: sentiment: up can't tell what keeps pods from sta…",
    ],
  ],
  ["autoscaling.cpu.min", cpu(), cpu({ min: 2 }), ["autoscaler: spec.minReplicas", "deployment: spec.replicas"]],
  ["autoscaling.cpu.max", cpu(), cpu({ max: 20 }), ["autoscaler: spec.maxReplicas"]],
  [
    "autoscaling.cpu.verify",
    { ...checked, ...cpu() },
    { ...checked, ...cpu({ verify: false }) },
    ["after up: context", "after up: options"],
  ],
  [
    "autoscaling.cpu.verifySeconds",
    { ...checked, ...cpu() },
    { ...checked, ...cpu({ verifySeconds: 30 }) },
    ["after up: options.cpu.verifySeconds"],
  ],
  [
    "autoscaling.cpu.scaleDownSeconds",
    cpu(),
    cpu({ scaleDownSeconds: 30 }),
    ["autoscaler: spec.behavior.scaleDown.stabilizationWindowSeconds"],
  ],
  [
    "autoscaling.cpu.tolerancePercent",
    cpu(),
    cpu({ tolerancePercent: 25 }),
    ["autoscaler: spec.behavior.scaleDown.tolerance", "autoscaler: spec.behavior.scaleUp.tolerance"],
  ],
  [
    "autoscaling.cpu.targetUtilization",
    cpu(),
    cpu({ targetUtilization: 50 }),
    ["autoscaler: spec.metrics.0.containerResource.target.averageUtilization"],
  ],
  [
    "autoscaling.keda.min",
    keda(),
    keda({ min: 2 }),
    ["deployment: spec.replicas", "scaled-object: spec.fallback.replicas", "scaled-object: spec.minReplicaCount"],
  ],
  ["autoscaling.keda.max", keda(), keda({ max: 20 }), ["scaled-object: spec.maxReplicaCount"]],
  [
    "autoscaling.keda.verify",
    { ...checked, ...keda() },
    { ...checked, ...keda({ verify: false }) },
    ["after up: context", "after up: options"],
  ],
  [
    "autoscaling.keda.verifySeconds",
    { ...checked, ...keda() },
    { ...checked, ...keda({ verifySeconds: 30 }) },
    ["after up: options.keda.verifySeconds"],
  ],
  [
    "autoscaling.keda.scaleDownSeconds",
    keda(),
    keda({ scaleDownSeconds: 30 }),
    ["scaled-object: spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds"],
  ],
  [
    "autoscaling.keda.tolerancePercent",
    keda(),
    keda({ tolerancePercent: 25 }),
    [
      "scaled-object: spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.tolerance",
      "scaled-object: spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.tolerance",
    ],
  ],
  [
    "autoscaling.keda.windowSeconds",
    keda(),
    keda({ windowSeconds: 120 }),
    ["output: autoscaling.query", "scaled-object: spec.triggers.0.metadata.query"],
  ],
  [
    "autoscaling.keda.signal",
    keda(),
    keda({ signal: "requestRate" }),
    [
      "output: autoscaling.query",
      "scaled-object: spec.triggers.0.metadata.query",
      "scaled-object: spec.triggers.0.metadata.threshold",
      "scaled-object: spec.triggers.0.metricType",
    ],
  ],
  ["autoscaling.keda.target", keda(), keda({ target: "30ms" }), ["scaled-object: spec.triggers.0.metadata.threshold"]],
  [
    "autoscaling.keda.prometheus",
    keda(),
    keda({ prometheus: "http://other:9090" }),
    ["scaled-object: spec.triggers.0.metadata.serverAddress"],
  ],
  [
    "autoscaling.keda.authentication.name",
    auth(),
    auth({ name: "other" }),
    ["scaled-object: spec.triggers.0.authenticationRef.name"],
  ],
  [
    "autoscaling.keda.authentication.modes",
    auth(),
    auth({ modes: "bearer" }),
    ["scaled-object: spec.triggers.0.metadata.authModes"],
  ],
  [
    "autoscaling.keda.fallbackReplicas",
    keda(),
    keda({ fallbackReplicas: 3 }),
    ["scaled-object: spec.fallback.replicas"],
  ],
  [
    "autoscaling.podsMetric.min",
    pods(),
    pods({ min: 2 }),
    ["autoscaler: spec.minReplicas", "deployment: spec.replicas"],
  ],
  ["autoscaling.podsMetric.max", pods(), pods({ max: 20 }), ["autoscaler: spec.maxReplicas"]],
  [
    "autoscaling.podsMetric.verify",
    pods(),
    pods({ verify: false }),
    [
      "warning: sentiment: sentiment: up can't tell what keeps pods from sta…",
      "warning: sentiment: sentiment: up can't tell what keeps pods from sta…",
    ],
  ],
  [
    "autoscaling.podsMetric.verifySeconds",
    { ...checked, ...pods() },
    { ...checked, ...pods({ verifySeconds: 30 }) },
    ["after up: options.podsMetric.verifySeconds"],
  ],
  [
    "autoscaling.podsMetric.scaleDownSeconds",
    pods(),
    pods({ scaleDownSeconds: 30 }),
    ["autoscaler: spec.behavior.scaleDown.stabilizationWindowSeconds"],
  ],
  [
    "autoscaling.podsMetric.tolerancePercent",
    pods(),
    pods({ tolerancePercent: 25 }),
    ["autoscaler: spec.behavior.scaleDown.tolerance", "autoscaler: spec.behavior.scaleUp.tolerance"],
  ],
  ["autoscaling.podsMetric.windowSeconds", pods(), pods({ windowSeconds: 120 }), ["output: autoscaling.adapterRule"]],
  [
    "autoscaling.podsMetric.signal",
    pods(),
    pods({ signal: "requestRate" }),
    [
      "autoscaler: spec.metrics.0.pods.metric.name",
      "autoscaler: spec.metrics.0.pods.target.averageValue",
      "output: autoscaling.adapterRule",
    ],
  ],
  [
    "autoscaling.podsMetric.target",
    pods(),
    pods({ target: "30ms" }),
    ["autoscaler: spec.metrics.0.pods.target.averageValue"],
  ],
  [
    "autoscaling.podsMetric.metric",
    pods(),
    pods({ metric: "own" }),
    ["autoscaler: spec.metrics.0.pods.metric.name", "output: autoscaling.adapterRule"],
  ],
  [
    "cluster.context",
    cpu(),
    { ...cpu(), ...checked },
    [
      "after up: context",
      "after up: options",
      "after up: rollout",
      "warning: sentiment: sentiment: up can't tell what keeps pods from sta…",
    ],
  ],
  [
    "gpu beside an autoscaler",
    { ...ngc(), ...keda(), ...dashboard },
    { ...gpu(), ...keda(), ...dashboard },
    [
      "dashboard: data.default-sentiment.json",
      "deployment: spec.strategy.rollingUpdate.maxSurge",
      "deployment: spec.strategy.rollingUpdate.maxUnavailable",
      "deployment: timeouts",
      "pod: triton.args.--allow-gpu-metrics",
      "pod: triton.args.--backend-config=onnxruntime,enable-global-threadpool",
      "pod: triton.args.--backend-config=onnxruntime,inter_op_thread_count",
      "pod: triton.args.--backend-config=onnxruntime,intra_op_thread_count",
      "pod: triton.args.--pinned-memory-pool-byte-size",
      "pod: triton.command.--longest-run",
      "pod: triton.env.GLIBC_TUNABLES",
      "pod: triton.resources.limits.memory",
      "pod: triton.resources.limits.nvidia",
      "pod: triton.resources.requests.memory",
      "pod: triton.resources.requests.nvidia",
      "scaled-object: spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds",
      "scaled-object: spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies.0.periodSeconds",
      "scaled-object: spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies.1.periodSeconds",
      "scaled-object: spec.triggers.0.metadata.threshold",
      "server context: spec.json.device",
      "server tag",
      "warning: sentiment: sentiment.server: whether Triton 26.10 runs on th…",
      "warning: sentiment: sentiment: each change takes the only pod down be…",
    ],
  ],
  [
    "replicas beside a GPU",
    gpu(),
    { ...gpu(), replicas: 3 },
    [
      "deployment: spec.replicas",
      "deployment: timeouts",
      "warning: sentiment: sentiment: each change takes the only pod down be…",
    ],
  ],
];
