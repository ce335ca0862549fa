/** What kubectl and a stranger on the network see of a deployed service. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Progress } from "../../sandbox/progress";
import { run } from "../../sandbox/shell";
import type { Stack } from "../../sandbox/stack";
import { servingVenv } from "../pythonVenvs";
import {
  classifier,
  environment,
  infer,
  labelsOf,
  NAMESPACE,
  object,
  openStack,
  project,
  refusal,
  stackFile,
} from "./support";

let stack: Stack;
let outputs: Record<
  string,
  {
    url: string;
    endpoints: Record<string, string>;
    imageDigest: string;
    image: string;
    modelNames: string[];
    quality: { maxLogitDifference: number };
  }
>;

beforeAll(async () => {
  stack = await openStack("e2e-workload", stackFile({ plain: classifier() }));
  await stack.up();
  outputs = (await stack.outputs()) as typeof outputs;
});
afterAll(() => stack.destroy());

const call = async (path: string, init: RequestInit = {}) => {
  const { reach } = await environment();
  return reach({ namespace: NAMESPACE, name: "plain" }, (url) => fetch(url + path, init));
};
const inPod = async (...command: string[]) => {
  const { kubectl } = await environment();
  return kubectl(["-n", NAMESPACE, "exec", "deployment/plain", "--", ...command]);
};

describe("the outputs", () => {
  it("name the endpoints, the pushed digest and the parity figures", () => {
    const { url, endpoints, imageDigest, image, modelNames, quality } = outputs.plain ?? expect.fail("no output plain");
    expect(url).toBe("http://plain.triton-bert.svc:8000/v2/models/plain/infer");
    expect(Object.keys(endpoints).sort()).toEqual(["grpc", "http", "metrics"]);
    expect(image).toMatch(/^localhost:5001\/e2e\/tritoned_plain:latest-[0-9a-f]{12}$/);
    expect(imageDigest).toMatch(/^localhost:5001\/e2e\/tritoned_plain@sha256:[0-9a-f]{64}$/);
    expect(modelNames[0]).toBe("plain");
    expect(quality.maxLogitDifference).toBeGreaterThan(0);
    expect(quality.maxLogitDifference).toBeLessThan(1e-3);
  });
});

describe("the pod", () => {
  it("runs in a namespace that enforces the restricted Pod Security standard", async () => {
    const namespace = await object<{ metadata: { labels: Record<string, string> } }>("namespace", NAMESPACE);
    expect(namespace.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });

  it("has a read-only root, no service account token, and memory on /dev/shm", async () => {
    await expect(inPod("touch", "/opt/new")).rejects.toThrow(/[Rr]ead-only/);
    await expect(inPod("ls", "/var/run/secrets/kubernetes.io")).rejects.toThrow(/No such file/);
    expect(
      await inPod("findmnt", "-n", "-o", "FSTYPE", "/dev/shm").catch(() => inPod("grep", " /dev/shm ", "/proc/mounts")),
    ).toContain("tmpfs");
    expect((await inPod("id", "-u")).trim()).toBe("1000");
  });

  it("has its weights on huge pages, where the kernel lets it", async () => {
    const allowed = !(await readFile("/sys/kernel/mm/transparent_hugepage/enabled", "utf8")).includes("[never]");
    const processes = await inPod("sh", "-c", "grep -h AnonHugePages /proc/[0-9]*/smaps_rollup");
    const sizes = [...processes.matchAll(/(\d+) kB/g)].map(([, size]) => Number(size));
    expect(sizes.some((size) => size > 0)).toBe(allowed);
  });

  it("can be read by a reviewer from its annotations", async () => {
    const { spec } = await object<{ spec: { template: { metadata: { annotations: Record<string, string> } } } }>(
      "deployment",
      "plain",
    );
    const said = Object.values(spec.template.metadata.annotations).join(" ");
    expect(said).toContain("sandbox/model");
    expect(said).toContain("2.51.0");
  });
});

describe("a request", () => {
  it("of the template's own kind gets the template's own answer", async () => {
    const response = await call("/v2/models/plain/infer", {
      method: "POST",
      body: '{"inputs":[{"name":"text_input","shape":[1,1],"datatype":"BYTES","data":["помогите мне"]}]}',
    });
    const body = (await response.json()) as { outputs: { name: string; datatype: string; shape: number[] }[] };
    expect(response.status).toBe(200);
    expect(body.outputs.find(({ name }) => name === "predicts")).toMatchObject({ datatype: "BYTES", shape: [1] });
  });

  it.each([
    ["an empty text", { name: "text_input", shape: [1, 1], datatype: "BYTES", data: [""] }],
    ["a wrong shape", { name: "text_input", shape: [1, 3], datatype: "BYTES", data: ["a", "b", "c"] }],
    ["a wrong type", { name: "text_input", shape: [1, 1], datatype: "INT32", data: [1] }],
    ["another input", { name: "text", shape: [1, 1], datatype: "BYTES", data: ["a"] }],
  ])("with %s is refused, and the server serves on", async (_, input) => {
    const response = await call("/v2/models/plain/infer", {
      method: "POST",
      body: JSON.stringify({ inputs: [input] }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(labelsOf(await infer("plain", ["I love it"]))).toEqual(["positive"]);
  });

  it.each([
    ["GET", "/v2/systemsharedmemory/status"],
    ["POST", "/v2/systemsharedmemory/region/mine/register"],
    ["GET", "/v2/cudasharedmemory/status"],
    ["POST", "/v2/repository/index"],
    ["POST", "/v2/repository/models/plain/unload"],
    ["GET", "/v2/logging"],
    ["POST", "/v2/logging"],
    ["GET", "/v2/trace/setting"],
  ])("to the server's own endpoint %s %s is refused", async (method, path) => {
    const response = await call(path, { method, body: method === "POST" ? "{}" : undefined });
    expect(response.status).toBe(403);
  });
});

describe("the official client over gRPC", () => {
  it("gets answers, and is refused at the server's own endpoints", async () => {
    const { spec } = await object<{ spec: { ports: { name: string; nodePort: number }[] } }>("service", "plain");
    const port = spec.ports.find(({ name }) => name === "grpc")?.nodePort;
    const python = await servingVenv(new Progress(process.stderr));
    const script = [join(project, "test", "e2e", "ask_over_grpc.py"), `127.0.0.1:${port}`, "plain"];
    const { predicts, refusals } = JSON.parse(await run(python, script, { env: process.env }));
    expect(predicts).toEqual(["positive", "negative"]);
    expect(refusals).toHaveLength(5);
    for (const refusal of refusals) expect(refusal).toContain("restricted");
  });
});

describe("a second stack with the same names in the same namespace", () => {
  it("is refused, and what runs is not touched", async () => {
    const before = await object<{ metadata: { generation: number } }>("deployment", "plain");
    const rival = await openStack("e2e-rival", stackFile({ plain: classifier({ replicas: 2 }) }));
    const said = await refusal(rival);
    expect(said).toMatch(/conflict/i);
    expect(said).toContain("triton-bert/stack");
    await rival.destroy();
    const after = await object<{ metadata: { generation: number } }>("deployment", "plain");
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(labelsOf(await infer("plain", ["I love it"]))).toEqual(["positive"]);
  });
});
