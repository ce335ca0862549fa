/** Who decides the number of pods. In: the options `autoscaling` and `replicas`. Out: what the Deployment starts with, the
 *  one child that scales it, where one is asked for, and what its user must know. Explicit, never whatever the cluster has:
 *  same config, same preview. */
import * as k8s from "@pulumi/kubernetes";
import { stringify } from "yaml";
import { child, type Owner } from "../../child";
import { adapterRule } from "./adapterRule";
import { autoscalerArgs } from "./autoscaler";
import type { AutoscalingOptions } from "./options";
import type { Scaled } from "./scaled";
import { kedaQuery, scaledObjectArgs } from "./scaledObject";

/** The pods of a model. */
export interface Scale {
  /** Number that a Deployment is made with. */
  readonly replicas: number;
  /** Most pods there can be. */
  readonly most: number;
  readonly autoscaled: boolean;
}

/** What a user, or the operator of the cluster's metrics adapter, must know of an autoscaler. */
export interface Autoscaling {
  /** What KEDA asks Prometheus. */
  query?: string;
  /** Rule for prometheus-adapter, in YAML: an entry of `rules:`. */
  adapterRule?: string;
}

/** `replicas` without an autoscaler, its bounds with one. */
export function scale({ cpu, keda, podsMetric }: AutoscalingOptions, replicas = 1): Scale {
  const bounds = cpu ?? keda ?? podsMetric;
  if (bounds === undefined) return { replicas, most: replicas, autoscaled: false };
  return { replicas: bounds.min, most: bounds.max, autoscaled: true };
}

/** Makes the HorizontalPodAutoscaler or the ScaledObject, if one is asked for. */
export function autoscaling(owner: Owner, scaled: Scaled): void {
  const hpa = autoscalerArgs(scaled);
  if (hpa !== undefined) child(k8s.autoscaling.v2.HorizontalPodAutoscaler, owner, "autoscaler", hpa);
  const object = scaledObjectArgs(scaled);
  if (object !== undefined) child(k8s.apiextensions.CustomResource, owner, "scaled-object", object);
}

export function described({ site, options: { keda, podsMetric }, apiName }: Scaled): Autoscaling {
  return {
    ...(keda === undefined ? {} : { query: kedaQuery(site, keda, apiName) }),
    ...(podsMetric === undefined
      ? {}
      : { adapterRule: stringify([adapterRule(podsMetric, apiName)], { lineWidth: 0 }) }),
  };
}
