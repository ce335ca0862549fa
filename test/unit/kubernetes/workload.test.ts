import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { plainPodTemplate, podTemplate } from "../../../components/kubernetes/pod";
import { downtimeWarning, strategy, waves } from "../../../components/kubernetes/rollout/strategy";
import { deploymentArgs, ignoredChanges, serviceAccountArgs, workload } from "../../../components/kubernetes/workload";
import { modelOptions } from "../../../components/options/modelOptions";
import { planServer } from "../../../components/server/plan";
import { planProcess } from "../../../components/server/process";
import { warned } from "../told";
import { gpu, input, made, site } from "./world";

const pod = plainPodTemplate(input);
const [triton] = pod.spec.containers;
const planned = (options: object) => {
  const spec = modelOptions.parse({ model: { local: { path: "model" } }, ...options });
  const around = { behindGateway: false, grpc: true, streamSeconds: 3600, waves: 1 };
  return [spec, planServer(spec).plan, around] as const;
};
const triple = (probe: { periodSeconds: number; timeoutSeconds: number; failureThreshold: number }) => [
  probe.periodSeconds,
  probe.timeoutSeconds,
  probe.failureThreshold,
];

describe("the pod", () => {
  it("holds Pod Security restricted: no root, no privileges, read-only root, no token", () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(triton?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect([pod.spec.automountServiceAccountToken, serviceAccountArgs(site).automountServiceAccountToken]).toEqual([
      false,
      false,
    ]);
  });

  it("can write to /dev/shm and /tmp alone, both bounded", () => {
    expect(triton?.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/dev/shm", "/tmp"]);
    expect(pod.spec.volumes).toEqual([
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
    ]);
  });

  it("starts tritonserver with the key that only the kubelet knows", () => {
    expect(triton?.command).toEqual(input.command);
    const referred = [...(triton?.args.join(" ").matchAll(/\$\((\w+)\)/g) ?? [])].map(([, name]) => name);
    const defined = triton?.env.map(({ name }) => name);
    expect(new Set(referred)).toEqual(new Set(["POD_UID"]));
    expect(defined).toEqual(expect.arrayContaining(referred));
    expect(triton?.env[0]).toEqual({ name: "POD_UID", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } });
  });

  it("is ready only when it has answered", () => {
    expect(triton?.startupProbe.exec.command).toEqual(["python3", "/opt/triton-bert/golden_probe.py"]);
    expect(triton && triple(triton.startupProbe)).toEqual([2, 10, 150]);
    expect(triton?.readinessProbe.httpGet).toEqual({ path: "/ready", port: "health" });
    expect(triton?.terminationMessagePolicy).toBe("FallbackToLogsOnError");
  });

  it("is asked for its life where the watch answers, and a kill of a watch that hangs does not wait for a drain", () => {
    expect(triton?.ports).toContainEqual({ name: "health", containerPort: 8003 });
    expect(triton?.livenessProbe.httpGet).toEqual({ path: "/live", port: "health" });
    expect(triton?.livenessProbe.terminationGracePeriodSeconds).toBeLessThan(pod.spec.terminationGracePeriodSeconds);
  });

  it("goes on serving while its address leaves the Services", () => {
    expect(triton).toMatchObject({ lifecycle: { preStop: { sleep: { seconds: 5 } } } });
    expect(pod.spec.terminationGracePeriodSeconds).toBe(35);
    const none = plainPodTemplate({ ...input, lifecycle: { ...input.lifecycle, preStopSleepSeconds: 0 } });
    expect(none.spec.containers[0]).not.toHaveProperty("lifecycle");
  });

  it("asks for what it may use", () => {
    expect(triton?.resources.requests).toEqual({ cpu: "2", memory: "1664Mi" });
    expect(triton?.resources.limits).toEqual(triton?.resources.requests);
    const other = plainPodTemplate({
      ...input,
      resources: { cpu: 0.5 },
      gpu: { ...gpu, count: 2, resource: "amd.com/gpu" },
    });
    expect(other.spec.containers[0]?.resources.limits).toEqual({ cpu: "500m", memory: "1664Mi", "amd.com/gpu": "2" });
  });

  it("tells a reviewer what the image's own diff does not", () => {
    expect(pod.metadata.annotations).toEqual({
      "triton-bert/model": "acme/sentiment@9f1c",
      "triton-bert/precision": "fp32",
      "triton-bert/max-batch-size": "16",
      "triton-bert/server": "Triton 26.10 of NVIDIA",
    });
    const other = plainPodTemplate({ ...input, review: { ...input.review, tokenizer: "acme/tokens@1" } });
    expect(other.metadata.annotations["triton-bert/tokenizer"]).toBe("acme/tokens@1");
  });

  it("sees no GPU that it did not ask for, where the image asks for all", () => {
    const env = (options: object) =>
      planProcess(...planned(options)).plan.env.map(({ name, value }) => `${name}=${value}`);
    expect(env({ server: { ngc: {} } })).toContain("NVIDIA_VISIBLE_DEVICES=void");
    expect(env({ server: { image: { ref: "mine:1" } } })).toContain("NVIDIA_VISIBLE_DEVICES=void");
    expect(env({ server: { pypi: {} } }).join()).not.toContain("NVIDIA");
    expect(env({ server: { ngc: {} }, gpu: { type: "L4" } }).join()).not.toContain("NVIDIA");
  });

  it("may be kept from Karpenter", () => {
    const annotations = (doNotDisrupt: boolean) =>
      plainPodTemplate({ ...input, disruption: { doNotDisrupt } }).metadata.annotations;
    expect(annotations(true)["karpenter.sh/do-not-disrupt"]).toBe("true");
    expect(annotations(false)).not.toHaveProperty(["karpenter.sh/do-not-disrupt"]);
  });

  it("takes arguments of the user's for tritonserver, and is watched all the same", () => {
    const podOverrides = { spec: { containers: [{ name: "triton", args: ["--model-repository=/models"] }] } };
    const [merged] = podTemplate({ ...input, podOverrides }).spec.containers;
    expect(merged).toMatchObject({ command: input.command, args: ["--model-repository=/models"] });
  });

  it("takes the user's overrides, and keeps an image that is not known yet", () => {
    const image = pulumi.output("registry.example.com/a@sha256:1");
    const podOverrides = { spec: { containers: [{ name: "triton", env: [{ name: "A", value: "b" }] }] } };
    const [merged] = podTemplate({ ...input, image, podOverrides }).spec.containers;
    expect(merged).toMatchObject({ command: input.command });
    expect(merged?.image).toBe(image);
    expect(merged?.env?.map(({ name }) => name)).toEqual([
      "POD_UID",
      "CPU_LIMIT",
      "TRITON_BERT_LOG_SLOWER_THAN_MS",
      "GLIBC_TUNABLES",
      "A",
    ]);
  });
});

describe("the Deployment", () => {
  it("is found by a selector that never changes", () => {
    const { selector, template } = deploymentArgs(input).spec;
    expect(selector).toEqual({
      matchLabels: { "app.kubernetes.io/name": "triton-bert", "app.kubernetes.io/instance": "sentiment" },
    });
    expect((template.metadata as { labels: unknown }).labels).toEqual(selector.matchLabels);
  });

  it("gives up on a rollout after the deadline of the lifecycle", () => {
    expect(deploymentArgs(input).spec.progressDeadlineSeconds).toBe(965);
  });

  it("keeps its number of pods said through a hand-over to an autoscaler, and ignores it then", () => {
    const fixed = deploymentArgs({ ...input, replicas: 5 });
    const autoscaled = deploymentArgs({ ...input, replicas: 2, autoscaled: true });
    expect([fixed.spec.replicas, autoscaled.spec.replicas]).toEqual([5, 2]);
    expect(ignoredChanges({ autoscaled: false })).toEqual([]);
    expect(ignoredChanges({ autoscaled: true })).toEqual(["spec.replicas"]);
  });

  it("may take the number of pods back from an autoscaler that is gone, behind an account that takes nothing", async () => {
    expect(deploymentArgs(input).metadata.annotations["pulumi.com/patchForce"]).toBe("true");
    const others = (await made((owner) => void workload(owner, input))).filter(
      ({ name }) => !name.endsWith("-deployment"),
    );
    expect(others.map(({ name }) => name)).toEqual(["sentiment-service-account"]);
    expect(others[0]?.inputs.metadata).not.toHaveProperty(["annotations", "pulumi.com/patchForce"]);
  });
});

describe("a rollout", () => {
  it("on CPU never takes a pod away before its successor is ready", () => {
    expect(strategy()).toEqual({ maxSurge: "25%", maxUnavailable: 0 });
    expect([1, 2, 4, 5, 8, 100].map((pods) => waves(pods))).toEqual([1, 2, 4, 3, 4, 4]);
  });

  it("on GPUs uses only what is spare, in whole pods", () => {
    expect(strategy(gpu)).toEqual({ maxSurge: 0, maxUnavailable: 1 });
    expect(strategy({ ...gpu, count: 2, spare: 1 })).toEqual({ maxSurge: 0, maxUnavailable: 1 });
    expect(strategy({ ...gpu, count: 2, spare: 5 })).toEqual({ maxSurge: 2, maxUnavailable: 0 });
    expect([waves(6, gpu), waves(6, { ...gpu, spare: 4 })]).toEqual([6, 2]);
  });

  it("is announced as downtime where it is", () => {
    expect(warned([downtimeWarning(1, gpu)])[0]).toContain("models.sentiment.gpu.spare: 1");
    expect([downtimeWarning(2, gpu), downtimeWarning(1, { ...gpu, spare: 1 }), downtimeWarning(1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
