import { describe, expect, it } from "vitest";
import {
  endpoints,
  inferUrl,
  metricsServiceArgs,
  networkPolicyArgs,
  serviceArgs,
} from "../../../components/kubernetes/networking";
import { objectNames } from "../../../components/shared/names";
import { service, site } from "./world";

describe("the public Service", () => {
  it("has the model's name and its two ports, not the metrics", () => {
    const { metadata, spec } = serviceArgs(site, service());
    expect([metadata.name, spec.type]).toEqual(["sentiment", "ClusterIP"]);
    expect(spec.ports).toEqual([
      { name: "http", port: 8000, targetPort: "http" },
      { name: "grpc", port: 8001, targetPort: "grpc" },
    ]);
  });

  it("is waited for where an address has to come from outside", () => {
    const awaited = (type: string) =>
      !("pulumi.com/skipAwait" in serviceArgs(site, service({ type } as never)).metadata.annotations);
    expect(["ClusterIP", "NodePort", "LoadBalancer"].map(awaited)).toEqual([false, false, true]);
  });

  it("carries the user's annotations", () => {
    expect(serviceArgs(site, service({ annotations: { a: "b" } })).metadata.annotations).toMatchObject({ a: "b" });
  });
});

describe("the metrics Service", () => {
  it("is headless and shows every pod's metrics port alone", () => {
    const { metadata, spec } = metricsServiceArgs(site);
    expect(metadata.name).toBe("sentiment-metrics");
    expect(spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
    expect(spec.ports).toEqual([{ name: "metrics", port: 8002, targetPort: "metrics" }]);
  });
});

describe("the NetworkPolicy", () => {
  it("lets the namespace call the model, monitoring read the metrics, and the pod call nobody", () => {
    const { spec } = networkPolicyArgs(site, service());
    expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec).not.toHaveProperty("egress");
    expect(spec.ingress).toEqual([
      {
        from: [{ podSelector: {} }],
        ports: [
          { protocol: "TCP", port: 8000 },
          { protocol: "TCP", port: 8001 },
        ],
      },
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
        ports: [{ protocol: "TCP", port: 8002 }],
      },
    ]);
  });

  it("lets in who is named besides, to the model and not to the metrics", () => {
    const options = service({ allowFrom: [{ namespace: "web" }, { cidr: "10.0.0.0/8" }], monitoringNamespace: "prom" });
    const [model, metrics] = networkPolicyArgs(site, options).spec.ingress;
    expect(model?.from.slice(1)).toEqual([
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "web" } } },
      { ipBlock: { cidr: "10.0.0.0/8" } },
    ]);
    expect(metrics?.from).toHaveLength(1);
  });
});

it("gives the addresses inside the cluster, prefix and all", () => {
  const prefixed = { ...site, names: objectNames("sentiment", "team-") };
  expect(endpoints(prefixed)).toEqual({
    http: "http://team-sentiment.ml-serving.svc:8000",
    grpc: "team-sentiment.ml-serving.svc:8001",
    metrics: "http://team-sentiment-metrics.ml-serving.svc:8002/metrics",
  });
  expect(inferUrl(site, "ensemble_model")).toBe("http://sentiment.ml-serving.svc:8000/v2/models/ensemble_model/infer");
});
