/** What a user may say about who decides the number of pods. */
import { z } from "zod";
import { exactlyOneOf } from "../../shared/exactlyOneOf";
import { moved } from "../../shared/moved";
import { SECONDS } from "./behavior";
import { SIGNAL_NAMES, SIGNALS } from "./signals";

const targets = SIGNAL_NAMES.map(
  (name) => `${name} ${SIGNALS[name].target.cpu}, with a GPU ${SIGNALS[name].target.gpu}`,
);

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
      `Seconds the load must stay lower before pods are removed (the scale-down stabilization window). Default: ${SECONDS.cpu.down}, with a GPU ${SECONDS.gpu.down}, since its pods take long to come back.`,
    ),
  tolerancePercent: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      "Percent by which the value may miss the target before pods come or go. Needs Kubernetes 1.35, or 1.33 with HPAConfigurableTolerance; others ignore it. Default: the cluster's.",
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
    .enum(SIGNAL_NAMES)
    .default("queueTime")
    .describe(
      "What is steered at. queueTime: how long a request waits in Triton's queues. pendingRequests: how many wait in a pod. requestRate: requests a second that a pod gets, for those who know what one can answer.",
    ),
  target: z
    .string()
    .optional()
    .describe(
      `Value to hold: of queueTime a time with its unit, such as 20ms; of the others a number for each pod, in quotes. Default: ${targets.join("; ")}.`,
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
  keda: moved(
    { authentication: "authenticationRef" },
    {
      ...common,
      ...onTriton,
      prometheus: z
        .string()
        .regex(/^https?:\/\/[^\s@]+$/, "must be a URL without a login")
        .meta({ remedy: "write it such as http://prometheus.monitoring:9090" })
        .describe("Where KEDA asks Prometheus, such as http://prometheus.monitoring:9090."),
      authenticationRef: exactlyOneOf(
        {
          name: z.string().min(1).describe("Name of a TriggerAuthentication in the service's namespace."),
          clusterName: z.string().min(1).describe("Name of a ClusterTriggerAuthentication."),
        },
        {
          modes: z
            .enum(["basic", "bearer", "tls", "custom"])
            .optional()
            .describe(
              "How it logs in: KEDA's authModes of the prometheus scaler. Default: none, as for one that says podIdentity (AWS, Azure, Google).",
            ),
        },
      )
        .optional()
        .describe("Login at Prometheus. Default: none."),
      customHeaders: z
        .record(
          z.string().regex(/^[-\w]+$/, "must be the name of a header"),
          z
            .string()
            .regex(/^[^\s,=]([^,=]*[^\s,=])?$/, "must be text without , and =, which KEDA cuts it at")
            .meta({ remedy: "send it by a TriggerAuthentication of mode custom" }),
        )
        .default({})
        .describe("Headers of each question, such as X-Scope-OrgID for a tenant of Mimir. No secrets: they are shown."),
      awsRegion: z
        .string()
        .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region of AWS")
        .meta({ remedy: "write it such as eu-central-1" })
        .optional()
        .describe(
          "Region of an Amazon Managed Service for Prometheus, for which KEDA signs its questions. Default: none.",
        ),
      fallbackReplicas: z
        .int()
        .min(1)
        .optional()
        .describe("Pods there are at least while the metric is lost; never fewer than at that moment. Default: min."),
    },
  ).describe("ScaledObject of KEDA, 2.18 or newer, on Prometheus."),
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
