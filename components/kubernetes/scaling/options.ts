/** What a user may say about who decides the number of pods. */
import { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";

const common = {
  min: z.int().min(1).default(1).describe("Fewest pods."),
  max: z.int().min(1).describe("Most pods."),
  verify: z
    .boolean()
    .default(true)
    .describe("After `up`, wait until the autoscaler has a metric value, and fail with the reason while it has none."),
  verifySeconds: z.int().min(10).max(3600).default(180).describe("Seconds that are waited for the value at most."),
  scaleDownSeconds: z
    .int()
    .min(0)
    .max(3600)
    .optional()
    .describe(
      "Seconds the load must stay lower before pods are removed (the scale-down stabilization window). Default: 300, with a GPU 600, since its pods take long to come back.",
    ),
  tolerancePercent: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      "Percent by which the value may miss the target before pods come or go. Needs Kubernetes 1.35, or 1.33 with HPAConfigurableTolerance; others ignore it. Default: the cluster's, mostly 10.",
    ),
};

const onTriton = {
  windowSeconds: z
    .int()
    .min(10)
    .max(900)
    .default(60)
    .describe(
      "Seconds over which rates are taken: two of Prometheus's scrapes at the least, better four. The longer, the calmer and the later.",
    ),
  signal: z
    .enum(["queueTime", "pendingRequests", "requestRate"])
    .default("queueTime")
    .describe(
      "What is steered at. queueTime: how long a request waits in Triton's queues. pendingRequests: how many wait in a pod. requestRate: requests a second that a pod gets, for those who know what one can answer.",
    ),
  target: z
    .string()
    .optional()
    .describe(
      "Value to hold: of queueTime a time with its unit, such as 20ms; of the others a number for each pod, in quotes. Default: queueTime 50ms, with a GPU 20ms; pendingRequests 4 and 8; requestRate 50 and 500.",
    ),
};

export const autoscalingOptions = exactlyOneOf({
  none: z.strictObject({}).describe("A fixed number of pods, `replicas`."),
  cpu: z
    .strictObject({
      ...common,
      targetUtilization: z
        .int()
        .min(1)
        .max(100)
        .default(70)
        .describe("Percent of the requested CPU that a pod shall use on average."),
    })
    .describe("HorizontalPodAutoscaler on the CPU of the triton container; needs metrics-server."),
  keda: z
    .strictObject({
      ...common,
      ...onTriton,
      prometheus: z
        .string()
        .regex(/^https?:\/\/[^\s@]+$/, "must be a URL without a login")
        .meta({ remedy: "write it such as http://prometheus.monitoring:9090" })
        .describe("Where KEDA asks Prometheus, such as http://prometheus.monitoring:9090."),
      authentication: z
        .strictObject({
          name: z.string().min(1).describe("Name of a TriggerAuthentication in the service's namespace."),
          modes: z
            .enum(["basic", "bearer", "tls", "custom"])
            .describe("How it logs in: KEDA's authModes of the prometheus scaler."),
        })
        .optional()
        .describe("Login at Prometheus. Default: none."),
      fallbackReplicas: z
        .int()
        .min(1)
        .optional()
        .describe("Pods there are at least while the metric is lost; never fewer than at that moment. Default: min."),
    })
    .describe("ScaledObject of KEDA, 2.18 or newer, on Prometheus."),
  podsMetric: z
    .strictObject({
      ...common,
      ...onTriton,
      metric: z
        .string()
        .regex(/^[a-z_][a-z0-9_]*$/, "must be a metric name")
        .meta({ remedy: "use lower-case letters, digits and _, such as triton_bert_queue_time_us" })
        .optional()
        .describe(
          "Name that the Pods metric has in the cluster's metrics adapter. Default: the signal's, with the model's apiName at its end.",
        ),
    })
    .describe(
      "HorizontalPodAutoscaler on a Pods metric. The output autoscaling.adapterRule is the rule that prometheus-adapter makes it by.",
    ),
});

export type AutoscalingOptions = z.output<typeof autoscalingOptions>;

/** The autoscaler that is asked for, and the name of its kind. */
export function scalerOf(options: AutoscalingOptions) {
  for (const kind of ["cpu", "keda", "podsMetric"] as const) {
    const scaler = options[kind];
    if (scaler !== undefined) return { kind, scaler };
  }
  return undefined;
}

export type KedaOptions = NonNullable<AutoscalingOptions["keda"]>;
export type PodsMetricOptions = NonNullable<AutoscalingOptions["podsMetric"]>;
