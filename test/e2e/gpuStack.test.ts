/** The committed GPU stack, previewed against the real API server, which dry-runs every object. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { environment, openStack, project } from "./support";

let stack: Stack | undefined;
afterAll(() => stack?.destroy());

it("Pulumi.gpu.yaml previews: GPU, tolerations, NVIDIA's release, an autoscaler on the time in queues, monitoring", async () => {
  const { kubectl } = await environment();
  const config = readFileSync(join(project, "Pulumi.gpu.yaml"), "utf8");
  const namespace = /triton-bert:namespace: *(\S+)/.exec(config)?.[1] ?? "default";
  const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(manifest) });
  stack = await openStack("e2e-gpu", config);
  const diff = await stack.preview(["--diff"]);
  expect(diff).toContain("nvidia.com/gpu");
  expect(diff).toContain("tolerations");
  expect(diff).toMatch(/tritonserver:2\d\.\d\d-py3/);
  expect(diff).toContain("keda.sh/v1alpha1:ScaledObject");
  expect(diff).toContain("monitoring.coreos.com/v1:PodMonitor");
  expect(diff).toContain("monitoring.coreos.com/v1:PrometheusRule");
  expect(diff).toMatch(/threshold *: "20000"/);
});
