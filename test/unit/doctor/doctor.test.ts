/** What the doctor says, by answers of the API server as clusters give them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Answer, Get } from "../../../components/kubernetes/apiClient";
import { quantity } from "../../../components/shared/quantity";
import { accessLines, partLines, prometheusLines, serviceOf } from "../../../doctor/cluster";
import { lineText, ok, within } from "../../../doctor/line";
import { nodeLines } from "../../../doctor/nodes";
import { type Patient, readPatients } from "../../../doctor/stack";
import { temporaryFolder } from "../image/world";

const GPU_TAINT = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" };
const AMD64 = { "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux" };
const L4 = { ...AMD64, "nvidia.com/gpu.product": "NVIDIA-L4", "nvidia.com/cuda.driver-version.major": "580" };
const SIZE = { cpu: "8", memory: "64Gi" };
const WITH_GPU = { ...SIZE, "nvidia.com/gpu": "1" };

const node = (name: string, labels: object, allocatable: object, spec: object = {}) => ({
  metadata: { name, labels },
  spec,
  status: { allocatable, conditions: [{ type: "Ready", status: "True" }] },
});
const pod = (nodeName: string, requests: object) => ({ spec: { nodeName, containers: [{ resources: { requests } }] } });

/** A cluster of which only this is known. Keys are the ends of paths. */
const cluster =
  (answers: Record<string, unknown>): Get =>
  async (asked) => {
    const [at = ""] = asked.split("?");
    const found = Object.entries(answers).find(([end]) => at.endsWith(end))?.[1];
    if (typeof found === "number") return { status: found, body: { message: "no" } };
    return found === undefined ? NOTHING : { status: 200, body: found };
  };
const NOTHING: Answer = { status: 404, body: { message: "not found" } };

let projectFolder: string;
beforeAll(() => {
  projectFolder = fs.mkdtempSync(path.join(fs.realpathSync("/tmp"), "triton-bert-doctor-"));
  const kubeconfig = path.join(projectFolder, "kubeconfig");
  fs.writeFileSync(kubeconfig, JSON.stringify({ contexts: [{ name: "prod", context: {} }] }));
  vi.stubEnv("KUBECONFIG", kubeconfig);
});
afterAll(() => {
  vi.unstubAllEnvs();
  fs.rmSync(projectFolder, { recursive: true });
});

/** The services of a stack with these `defaults`. */
function patients(defaults: object, models: readonly string[] = ["sentiment"]): readonly Patient[] {
  const revision = "714eb0fa89d2f80546fda750413ed43d93601a13";
  const all = models.map((key) => [key, { model: { hf: { id: `acme/${key}`, revision, credential: "hub" } } }]);
  const config = {
    "triton-bert:cluster": { context: "prod" },
    "triton-bert:registry": { generic: { repository: "registry.example.com/triton" } },
    "triton-bert:credentials": { hub: { token: { secure: "v1:abc" } } },
    "triton-bert:defaults": defaults,
    "triton-bert:models": Object.fromEntries(all),
  };
  fs.writeFileSync(path.join(projectFolder, "Pulumi.gpu.yaml"), JSON.stringify({ config }));
  return readPatients("gpu", projectFolder).patients;
}

const GPU = {
  gpu: { type: "L4", driver: "580" },
  placement: { tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }] },
};
const said = async (lines: Promise<{ mark: string; of: string; said: string }[]>) =>
  (await lines).map(({ mark, of, said: text }) => `${mark} ${of}: ${text}`);

describe("of nodes", () => {
  const nodes = {
    items: [
      node("cpu", AMD64, SIZE),
      node("l4", L4, WITH_GPU, { taints: [GPU_TAINT] }),
      node("full", L4, WITH_GPU, { taints: [GPU_TAINT] }),
      node("arm", { ...L4, "kubernetes.io/arch": "arm64" }, WITH_GPU),
      node("cordoned", L4, WITH_GPU, { unschedulable: true }),
      node("reserved", L4, WITH_GPU, { taints: [{ key: "team", effect: "NoExecute" }] }),
    ],
  };
  const get = cluster({ "/nodes": nodes, "/pods": { items: [pod("full", { cpu: "1", "nvidia.com/gpu": "1" })] } });

  it("it says how many can take a pod, what the others lack, what the device plugin offers, and the drivers", async () => {
    expect(await said(nodeLines(get, patients(GPU)))).toEqual([
      "ok nodes: sentiment: 1 of 6 nodes can take a pod now; 1 without nvidia.com/gpu, 1 with too little nvidia.com/gpu left, 1 without the label kubernetes.io/arch=amd64, 1 cordoned, 1 with the taint team",
      "ok device plugin: sentiment: 5 nvidia.com/gpu on 5 nodes, 4 free",
      "ok drivers: sentiment: 580 (NVIDIA-L4)",
    ]);
  });

  it("it says what is the same of several models once", async () => {
    const lines = await said(nodeLines(get, patients(GPU, ["a", "b"])));
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^ok device plugin: a, b: 5/);
  });

  it("it minds products and drivers that are not what was said", async () => {
    const other = { gpu: { type: "L4", driver: "575", products: ["NVIDIA-L4"] }, ...{ placement: GPU.placement } };
    expect((await said(nodeLines(get, patients({ ...other, server: { image: { ref: "mine:1" } } }))))[2]).toBe(
      "warn drivers: sentiment: 580 (NVIDIA-L4); gpu.driver says 575",
    );
    const old = node("old", { ...L4, "nvidia.com/cuda.driver-version.major": "470" }, WITH_GPU);
    const lines = await said(nodeLines(cluster({ "/nodes": { items: [old] }, "/pods": { items: [] } }), patients(GPU)));
    expect(lines[2]).toMatch(/^bad drivers: sentiment: 470 \(NVIDIA-L4\); Triton \d\d\.\d\d needs \d{3} or later$/);
  });

  it("it says what it may not see, and which nodes are not there", async () => {
    expect(await said(nodeLines(cluster({ "/nodes": 403 }), patients(GPU)))).toEqual([
      "warn nodes: can't be told: asked for nodes, the cluster says HTTP 403: no",
    ]);
    const none = await said(nodeLines(cluster({ "/nodes": { items: [] }, "/pods": 403 }), patients(GPU)));
    expect(none.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "warn nodes:",
      "warn nodes:",
      "warn device",
      "warn drivers:",
    ]);
  });

  it("it looks for the template of claims, and for a cluster that is too old for them", async () => {
    const claiming = patients({ ...GPU, gpu: { type: "L4", claimTemplate: "one-l4" } });
    const known = { "/nodes": { items: [] }, "/pods": { items: [] } };
    const claims = async (more: object) => (await said(nodeLines(cluster({ ...known, ...more }), claiming))).at(-1);
    expect(await claims({ "/resourceclaimtemplates/one-l4": {} })).toMatch(/^ok claims: sentiment: there is/);
    expect(await claims({ "/resource.k8s.io/v1": {} })).toMatch(/^bad claims: .*HTTP 404: not found$/);
    expect(await claims({})).toMatch(/^bad claims: .*Kubernetes 1\.34 brings$/);
  });
});

describe("of the cluster", () => {
  it("it says who it is, and what is refused", async () => {
    const there = { "/version": { gitVersion: "v1.37.2" }, "/namespaces/default": {}, "/deployments": {} };
    const access = (answers: object) =>
      said(accessLines(cluster(answers as Record<string, unknown>), "prod", patients({})));
    expect(await access(there)).toEqual(["ok access: prod, Kubernetes v1.37.2, namespace default"]);
    expect(await access({ ...there, "/version": 401 })).toEqual([expect.stringMatching(/^bad .*HTTP 401/)]);
    expect(await access({ ...there, "/namespaces/default": 404 })).toEqual([
      expect.stringMatching(/^bad .*no namespace/),
    ]);
    expect(await access({ ...there, "/deployments": 403 })).toEqual([expect.stringMatching(/^bad .*HTTP 403/)]);
  });

  it("it asks only for what the config needs", async () => {
    const all = patients({
      autoscaling: { keda: { max: 2, prometheus: "http://p.m:9090" } },
      monitoring: { alerts: {} },
      service: { allowFrom: [{ namespace: "g" }], route: { parent: { name: "g" }, hostnames: ["a.example"] } },
    });
    expect(await said(partLines(cluster({ "/keda.sh/v1alpha1": {} }), all))).toEqual([
      "ok KEDA: answers",
      "bad KEDA metrics: its metrics adapter does not answer (HTTP 404)",
      "bad operator: the Prometheus operator's CRDs are not there (HTTP 404)",
      "bad Gateway API: its CRDs are not there (HTTP 404)",
    ]);
    expect(await partLines(cluster({}), patients({}))).toEqual([]);
  });

  it("it asks Prometheus by way of the API server", async () => {
    const keda = (more: object = {}) =>
      patients({ autoscaling: { keda: { max: 2, prometheus: "http://prometheus.monitoring:9090", ...more } } });
    const answer = { status: "success", data: { result: [{ value: [1, "7"] }] } };
    const path = "/services/prometheus:9090/proxy/api/v1/query";
    expect(await said(prometheusLines(cluster({ [path]: answer }), keda()))).toEqual([
      "ok Prometheus: http://prometheus.monitoring:9090 answers; 7 targets are up or down",
    ]);
    expect((await said(prometheusLines(cluster({ [path]: 503 }), keda())))[0]).toMatch(/^bad .*HTTP 503$/);
    expect((await said(prometheusLines(cluster({ [path]: 403 }), keda())))[0]).toMatch(/^warn .*services\/proxy$/);
    const login = { authenticationRef: { name: "aws" } };
    expect((await said(prometheusLines(cluster({}), keda(login))))[0]).toMatch(/^warn .*asks for a login/);
  });
});

it.each([
  ["http://prometheus.monitoring:9090", "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy"],
  ["https://p.m.svc.cluster.local/prom/", "/api/v1/namespaces/m/services/https:p:443/proxy/prom"],
  ["http://10.77.0.1:9090", undefined],
  ["https://prometheus.example.com", undefined],
])("%s is asked at %s", (url, at) => {
  expect(serviceOf(url)).toBe(at);
});

it.each([
  ["500m", 0.5],
  ["2", 2],
  ["1Ki", 1024],
  ["1.5Gi", 1.5 * 1024 ** 3],
  ["3G", 3e9],
  ["1e3", 1000],
])("%s is %d", (text, value) => {
  expect(quantity(text)).toBe(value);
});

it("a check that fails, or does not end, is a line like others", async () => {
  const failing = within("a", 1000, () => Promise.reject(new Error("no route")));
  const mute = within("b", 1, () => new Promise(() => undefined));
  expect([...(await failing), ...(await mute)].map(lineText)).toEqual([
    "✗ a              no route",
    "✗ b              no answer within 0.001 s",
  ]);
  expect(lineText(ok("nodes", "3"))).toBe("✓ nodes          3");
});

it("there is nothing to look at without a stack", () => {
  expect(() => readPatients("nowhere", temporaryFolder())).toThrow(/there is no .*Pulumi\.nowhere\.yaml/);
});
