/** KEDA's ScaledObject. In: the options. Out: its args, as plain data. Source: KEDA 2.21, "ScaledObject specification", and
 *  "Scalers", section "Prometheus". */
import { type KubernetesSite, metadata } from "../metadata";
import { behavior } from "./behavior";
import type { KedaOptions } from "./options";
import type { Scaled } from "./scaled";
import { podMatchers, SIGNALS, targetQuantity } from "./signals";

/** Failed questions in a row after which the metric counts as lost: 45 seconds, as often as the HPA asks. */
const FAILURES = 3;

/** Name of the HPA that KEDA makes: its own default, `keda-hpa-<name>`, could be longer than a name may be. */
export const kedaAutoscalerName = ({ names }: KubernetesSite): string => `${names.object}-keda`;

export function scaledObjectArgs({ site, options, apiName, device }: Scaled) {
  const { keda } = options;
  if (keda === undefined) return undefined;
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: metadata(site),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: site.names.object },
      minReplicaCount: keda.min,
      maxReplicaCount: keda.max,
      // Blind, nothing is taken away.
      fallback: {
        failureThreshold: FAILURES,
        replicas: keda.fallbackReplicas ?? keda.min,
        behavior: "currentReplicasIfHigher",
      },
      advanced: {
        horizontalPodAutoscalerConfig: {
          name: kedaAutoscalerName(site),
          behavior: behavior(device, keda),
        },
      },
      triggers: [trigger(site, keda, apiName, device)],
    },
  };
}

/** What KEDA asks Prometheus: one number for the whole service. */
export function kedaQuery(site: KubernetesSite, { signal, windowSeconds }: KedaOptions, apiName: string): string {
  return SIGNALS[signal].query({
    pods: podMatchers(site.names.object, site.namespace),
    apiName,
    window: `${windowSeconds}s`,
    by: "",
  });
}

function trigger(site: KubernetesSite, keda: KedaOptions, apiName: string, device: Scaled["device"]) {
  const { signal, target, prometheus, authenticationRef, customHeaders, awsRegion } = keda;
  const headers = Object.entries(customHeaders).map(([name, value]) => `${name}=${value}`);
  return {
    type: "prometheus",
    metricType: SIGNALS[signal].isAverage ? "Value" : "AverageValue",
    metadata: {
      serverAddress: prometheus,
      query: kedaQuery(site, keda, apiName),
      threshold: targetQuantity(signal, target, device),
      // An answer without a value is an outage, not an idle service.
      ignoreNullValues: "false",
      ...(authenticationRef?.modes === undefined ? {} : { authModes: authenticationRef.modes }),
      ...(headers.length === 0 ? {} : { customHeaders: headers.sort().join(",") }),
      ...(awsRegion === undefined ? {} : { awsRegion }),
    },
    ...(authenticationRef === undefined ? {} : { authenticationRef: reference(authenticationRef) }),
  };
}

const reference = ({ name, clusterName }: NonNullable<KedaOptions["authenticationRef"]>) =>
  clusterName === undefined ? { name } : { name: clusterName, kind: "ClusterTriggerAuthentication" };
