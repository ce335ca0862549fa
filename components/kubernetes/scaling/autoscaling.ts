/** Who decides the number of pods. In: the options `autoscaling` and `replicas`. Out: what the Deployment starts with, the
 *  one child that scales it, where one is asked for, and what its user must know. Explicit, never whatever the cluster has:
 *  same config, same preview. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { child, type Owner } from "../../shared/child";
import type { Autoscaling } from "../../shared/outputs";
import type { Connect } from "../apiClient";
import { REPLICAS } from "../options";
import { adapterRuleText } from "./adapterRule";
import { autoscalerArgs } from "./autoscaler";
import { type AutoscalingOptions, scalerOf } from "./options";
import type { Scaled } from "./scaled";
import { kedaQuery, scaledObjectArgs } from "./scaledObject";
import { isChecked, verifyAutoscaler } from "./verify";

/** The pods of a model. */
export interface Scale {
  /** Number that a new Deployment starts with. */
  readonly replicas: number;
  /** Most pods there can be. */
  readonly most: number;
  /** An autoscaler decides the number from then on. */
  readonly autoscaled: boolean;
}

/** `replicas` without an autoscaler, its bounds with one. */
export function scale(options: AutoscalingOptions, replicas = REPLICAS): Scale {
  const asked = scalerOf(options);
  if (asked === undefined) return { replicas, most: replicas, autoscaled: false };
  const { min, max } = asked.scaler;
  return { replicas: min, most: max, autoscaled: true };
}

/** Makes the HorizontalPodAutoscaler or the ScaledObject, if one is asked for, and says what it asks for: in an `up` only
 *  once the Deployment has its pods, and it a metric value. `connect`: to the cluster; without it nothing is checked. */
export function autoscaling(
  owner: Owner,
  scaled: Scaled,
  rolledOut: pulumi.Output<unknown>,
  connect?: Connect,
): pulumi.Output<Autoscaling> {
  const hpa = autoscalerArgs(scaled);
  const object = scaledObjectArgs(scaled);
  const made = [
    ...(hpa === undefined ? [] : [child(k8s.autoscaling.v2.HorizontalPodAutoscaler, owner, "autoscaler", hpa)]),
    ...(object === undefined ? [] : [child(k8s.apiextensions.CustomResource, owner, "scaled-object", object)]),
  ];
  const known = describeAutoscaling(scaled);
  if (!isChecked(scaled.options) || connect === undefined || pulumi.runtime.isDryRun())
    return rolledOut.apply(() => known);
  return pulumi.all([rolledOut, ...made.map(({ urn }) => urn)]).apply(async () => {
    await verifyAutoscaler(scaled, connect);
    return known;
  });
}

/** What the autoscaler asks for. */
export function describeAutoscaling({ site, options: { keda, podsMetric }, apiName }: Scaled): Autoscaling {
  return {
    ...(keda === undefined ? {} : { query: kedaQuery(site, keda, apiName) }),
    ...(podsMetric === undefined ? {} : { adapterRule: adapterRuleText(podsMetric, apiName) }),
  };
}
