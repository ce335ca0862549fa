import { describe, expect, it } from "vitest";
import { OLDEST_RELEASE, tritonFlags } from "../../../components/server/tritonFlags";

const cpu = {
  exitTimeoutSeconds: 25,
  connectionSeconds: 2,
  streamSeconds: 3600,
  behindGateway: false,
  grpc: true,
  bodyBytes: 3211264,
  release: "24.10",
  device: "cpu",
  gpuMetrics: false,
  onnxBackend: "python",
} as const;

describe("tritonserver's arguments", () => {
  it("are these, on CPU with the python backend", () => {
    expect(tritonFlags(cpu)).toEqual([
      "--model-repository=/models",
      "--model-control-mode=none",
      "--disable-auto-complete-config",
      "--strict-readiness=true",
      "--exit-timeout-secs=25",
      "--log-format=ISO8601",
      "--log-verbose=0",
      "--http-port=8000",
      "--grpc-port=8001",
      "--metrics-port=8002",
      "--grpc-max-connection-age=2000",
      "--grpc-max-connection-age-grace=3600000",
      "--http-restricted-api=shared-memory,model-repository,logging,trace:triton-admin=$(POD_UID)",
      "--grpc-restricted-protocol=shared-memory,model-repository,logging,trace:triton-admin=$(POD_UID)",
      "--allow-gpu-metrics=false",
      "--pinned-memory-pool-byte-size=0",
    ]);
  });

  it("leave the ports to the gateway, which renews connections, and hide Triton but for its metrics", () => {
    const flags = tritonFlags({ ...cpu, behindGateway: true });
    expect(flags).toEqual(
      expect.arrayContaining([
        "--http-port=18000",
        "--grpc-port=18001",
        "--http-address=127.0.0.1",
        "--grpc-address=127.0.0.1",
        "--metrics-address=0.0.0.0",
      ]),
    );
    expect(flags.join(" ")).not.toContain("connection-age");
  });

  it("let streams live as long as requests at least", () => {
    expect(tritonFlags({ ...cpu, streamSeconds: 0 })).toContain("--grpc-max-connection-age-grace=25000");
  });

  it("switch gRPC off", () => {
    const flags = tritonFlags({ ...cpu, grpc: false });
    expect(flags.filter((flag) => flag.includes("grpc"))).toEqual(["--allow-grpc=false"]);
  });

  it("bound inputs where the release is known to do so, and refuse no release that does not", () => {
    const bound = (release?: string) =>
      tritonFlags({ ...cpu, release }).filter((flag) => flag === "--http-max-input-size=3211264").length;
    expect([bound(), bound("25.05"), bound("25.06"), bound("26.07")]).toEqual([0, 0, 1, 1]);
  });

  it("keep GPU metrics and pinned memory where there is a GPU, and no metrics of one that tells nothing", () => {
    const onGpu = { ...cpu, device: "gpu", gpuMetrics: true, onnxBackend: "onnxruntime" } as const;
    expect(tritonFlags(onGpu).join(" ")).not.toMatch(/gpu-metrics|pinned-memory/);
    expect(tritonFlags({ ...onGpu, gpuMetrics: false })).toContain("--allow-gpu-metrics=false");
  });

  it.each(["cpu", "gpu"] as const)("give onnxruntime's own backend the pod's cores, not the node's: %s", (device) => {
    expect(tritonFlags({ ...cpu, device, onnxBackend: "onnxruntime" })).toEqual(
      expect.arrayContaining([
        "--backend-config=onnxruntime,enable-global-threadpool=1",
        "--backend-config=onnxruntime,intra_op_thread_count=$(CPU_LIMIT)",
        "--backend-config=onnxruntime,inter_op_thread_count=1",
      ]),
    );
  });

  it("close the same endpoints over HTTP and gRPC", () => {
    const closed = tritonFlags(cpu).filter((flag) => flag.includes("restricted"));
    expect(new Set(closed.map((flag) => flag.slice(flag.indexOf("=")))).size).toBe(1);
    expect(closed).toHaveLength(2);
  });

  it("need a release that can close its HTTP endpoints", () => {
    expect(OLDEST_RELEASE).toBe("24.02");
  });
});
