import { describe, expect, it } from "vitest";
import { OLDEST_RELEASE, tritonFlags } from "../../../components/server/tritonFlags";

const cpu = {
  exitTimeoutSeconds: 25,
  connectionSeconds: 2,
  httpPort: 8000,
  device: "cpu",
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
      "--grpc-max-connection-age-grace=25000",
      "--http-restricted-api=shared-memory,model-repository,logging,trace:triton-admin=$(POD_UID)",
      "--grpc-restricted-protocol=shared-memory,model-repository,logging,trace:triton-admin=$(POD_UID)",
      "--allow-gpu-metrics=false",
      "--pinned-memory-pool-byte-size=0",
    ]);
  });

  it("leave the HTTP port to who stands before it", () => {
    expect(tritonFlags({ ...cpu, httpPort: 18000 })).toContain("--http-port=18000");
  });

  it("keep GPU metrics and pinned memory where there is a GPU", () => {
    const flags = tritonFlags({ ...cpu, device: "gpu", onnxBackend: "onnxruntime" }).join(" ");
    expect(flags).not.toMatch(/gpu-metrics|pinned-memory|backend-config/);
  });

  it("give onnxruntime's own backend the pod's cores on CPU", () => {
    expect(tritonFlags({ ...cpu, onnxBackend: "onnxruntime" })).toContain(
      "--backend-config=onnxruntime,intra_op_thread_count=$(CPU_LIMIT)",
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
