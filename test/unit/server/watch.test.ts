import { describe, expect, it } from "vitest";
import { lifecycle } from "../../../components/server/lifecycle";
import { rolloutOptions } from "../../../components/server/options";
import { type WatchInput, watchCommand } from "../../../components/server/watch";

const { watch: times } = lifecycle(rolloutOptions.parse({}));
const base: WatchInput = {
  httpPort: 8000,
  device: "cpu",
  onnxBackend: "python",
  pipeline: "fused",
  instances: 1,
  times,
};
const said = (more: Partial<WatchInput> = {}) => watchCommand({ ...base, ...more });

describe("the watch's command", () => {
  it("ends with the server's, to which its arguments are appended", () => {
    expect(said()).toEqual([
      "python3",
      "/opt/triton-bert/watch.py",
      "--http-port=8000",
      "--health-port=8003",
      "--period=2.5",
      "--patience=3",
      "--broken-seconds=15",
      "--late-seconds=30",
      "--longest-run=300",
      "--stop-seconds=5",
      "--pool",
      "--",
      "tritonserver",
    ]);
  });

  it("says who runs the graph, where that is not the public model", () => {
    const pooled = said({ pipeline: "ensemble", instances: 2 });
    expect(pooled).toEqual(expect.arrayContaining(["--graph=model_onnx", "--graph-in=stub", "--instances=2"]));
    expect(pooled).not.toContain("--count-runs");
    expect(pooled).not.toContain("--pool");
    const behind = said({ onnxBackend: "onnxruntime" });
    expect(behind).toEqual(
      expect.arrayContaining(["--graph=model_onnx", "--graph-in=server", "--count-runs", "--pool"]),
    );
    expect(behind).not.toContain("--ensemble");
    const native = said({ onnxBackend: "onnxruntime", pipeline: "ensemble" });
    expect(native).toEqual(expect.arrayContaining(["--count-runs", "--ensemble"]));
    expect(native).not.toContain("--pool");
  });

  it("asks Triton itself, not the proxy before it", () => {
    expect(said({ httpPort: 18000 })).toContain("--http-port=18000");
  });

  it("does not take minutes for a run on a GPU", () => {
    expect(said({ device: "gpu", onnxBackend: "onnxruntime" })).toContain("--longest-run=30");
  });
});
