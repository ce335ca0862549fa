/** How quickly the number of pods follows. In: the options, and the device. Out: `behavior` of a HorizontalPodAutoscaler, in KEDA too.
 *
 *  Up at once, since a queue that grows is felt at once: at most double, or two more, in the time that new pods need until
 *  they help; counting them before that would overshoot. That time is a minute on a CPU; a GPU's pods wait for a node and for
 *  an image of gigabytes. Down slowly, by one pod a minute and only after minutes of quiet, since a start costs more than
 *  an idle pod, and a pod that goes drains its requests. */
export const SECONDS = { cpu: { up: 60, down: 300 }, gpu: { up: 180, down: 600 } } as const;

interface BehaviorOptions {
  readonly scaleDownSeconds?: number | undefined;
  readonly tolerancePercent?: number | undefined;
}

export function behavior(device: "cpu" | "gpu", { scaleDownSeconds, tolerancePercent }: BehaviorOptions) {
  const { up, down } = SECONDS[device];
  // A Kubernetes quantity: thousandths.
  const tolerance = tolerancePercent === undefined ? {} : { tolerance: `${tolerancePercent * 10}m` };
  return {
    scaleUp: {
      ...tolerance,
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [
        { type: "Percent", value: 100, periodSeconds: up },
        { type: "Pods", value: 2, periodSeconds: up },
      ],
    },
    scaleDown: {
      ...tolerance,
      stabilizationWindowSeconds: scaleDownSeconds ?? down,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
    },
  };
}
