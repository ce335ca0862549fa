/** What watches a service, against what there is to see: the dashboard's queries and the alerts' expressions are answered by the
 *  real Prometheus, from the real Triton and the real kubelet. */
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import type { Load } from "./load/load";
import { alertExpression, alertRules, deployment, loadOn, metrics, promQuery, until } from "./scaling";
import { classifier, environment, infer, NAMESPACE, openStack, stackFile } from "./support";

const GROUP = `/apis/monitoring.coreos.com/v1/namespaces/${NAMESPACE}`;
const interval = "30s";
let stack: Stack;
let load: Load;
let prometheus: string;
let rules: string;

beforeAll(async () => {
  const pipeline = await metrics();
  prometheus = pipeline.prometheus;
  rules = join(dirname(pipeline.rulesFile), "rules", "watched.yaml");
  const watched = classifier({
    autoscaling: { keda: { max: 2, prometheus, signal: "requestRate", target: "100000" } },
    monitoring: {
      scrape: { podMonitor: { labels: { release: "monitoring" } } },
      alerts: { failurePercent: 1, runbook: "https://wiki.example.com/triton-bert" },
      dashboard: {},
      logSlowerThan: "0s",
    },
  });
  stack = await openStack("e2e-watched", stackFile({ watched }));
  await stack.up();
  load = await loadOn("watched");
  load.clients(2, 0.02);
});
afterAll(async () => {
  await load?.finish();
  rmSync(rules, { force: true });
  await reload();
  await stack.destroy();
});

const reload = () => fetch(`${prometheus}/-/reload`, { method: "POST" });

const expression = (name: string) => alertExpression("watched", name);

describe("the PodMonitor", () => {
  it("chooses the service's pods, by a port that they have", async () => {
    const { metadata, spec } = await apiGet<{
      metadata: { labels: Record<string, string> };
      spec: { selector: { matchLabels: Record<string, string> }; podMetricsEndpoints: { port: string }[] };
    }>(`${GROUP}/podmonitors/watched`);
    expect(metadata.labels.release).toBe("monitoring");
    const selector = Object.entries(spec.selector.matchLabels).map(([name, value]) => `${name}=${value}`);
    const query = new URLSearchParams({ labelSelector: selector.join(",") });
    const { items } = await apiGet<{
      items: { spec: { containers: { ports: { name: string; containerPort: number }[] }[] } }[];
    }>(`/api/v1/namespaces/${NAMESPACE}/pods?${query}`);
    const ports = items.flatMap((pod) => pod.spec.containers.flatMap((container) => container.ports));
    expect(items).toHaveLength(1);
    expect(ports).toContainEqual(
      expect.objectContaining({ name: spec.podMetricsEndpoints[0]?.port, containerPort: 8002 }),
    );
  });
});

describe("the dashboard", () => {
  it("has an answer to each of its queries", async () => {
    const { data } = await apiGet<{ data: Record<string, string> }>(
      `/api/v1/namespaces/${NAMESPACE}/configmaps/watched`,
    );
    const { panels } = JSON.parse(Object.values(data)[0] ?? "") as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
    expect(queries.length).toBeGreaterThan(7);
    for (const { title, expr } of queries) {
      // As Grafana does it, for a scrape every 5 seconds.
      const query = expr.replaceAll("$__rate_interval", interval);
      await until(
        `${title}: ${query}`,
        60,
        () => promQuery(query),
        (value) => value !== undefined,
      );
    }
  });
});

describe("the alerts", () => {
  it("are rules that the real Prometheus evaluates, and none fires for a healthy service", async () => {
    const { spec } = await apiGet<{ spec: object }>(`${GROUP}/prometheusrules/watched`);
    writeFileSync(rules, stringify(spec));
    expect((await reload()).status).toBe(200);
    interface Evaluated {
      readonly name: string;
      readonly health: string;
      readonly state: string;
      readonly lastError?: string;
    }
    const evaluated = async () => {
      const response = await fetch(`${prometheus}/api/v1/rules`);
      const { data } = (await response.json()) as { data: { groups: { rules: Evaluated[] }[] } };
      return data.groups.flatMap((group) => group.rules);
    };
    // A start on a busy machine fails its first probes, which is seen for two minutes, and held against nobody.
    const seen = await until("rules that are evaluated and not pending", 180, evaluated, (found) =>
      found.every(({ health, state }) => health !== "unknown" && state !== "pending"),
    );
    expect(seen.map(({ name, health, state }) => [name, health, state])).toEqual(
      (await alertRules("watched")).map(({ alert }) => [alert, "ok", "inactive"]),
    );
  });

  it("see it when requests fail, by more than was allowed", async () => {
    const query = await expression("TritonBertFailures");
    const ofClients = query.replace('fault="server"', 'fault="client"');
    expect(await promQuery(ofClients)).toBeUndefined();
    const failing = async () => {
      expect((await infer("watched", [""])).status).toBe(400);
      return promQuery(ofClients);
    };
    const percent = await until("failures seen", 90, failing, (value) => value !== undefined);
    expect(percent).toBeGreaterThan(1);
    expect(percent).toBeLessThan(100);
    // They were not the server's.
    expect(await promQuery(query)).toBeUndefined();
  });

  it("see it when there are no metrics any more", async () => {
    const query = await expression("TritonBertMetricsAbsent");
    expect(await promQuery(query)).toBeUndefined();
    expect(await promQuery(query.replaceAll("watched-", "elsewhere-"))).toBe(1);
  });

  it("see the probes of the kubelet by the names that they ask for", async () => {
    const query = await expression("TritonBertGoldenCheck");
    const asked = /prober_probe_total\{.*?\}(?=\[)/.exec(query)?.[0] ?? expect.fail(query);
    expect(await promQuery(asked.replace('result="failed"', 'result="successful"'))).toBeGreaterThan(0);
  });
});

it("the log has each request's id and time, and not its text", async () => {
  const { kubectl, reach } = await environment();
  expect((await deployment("watched")).status.readyReplicas).toBe(1);
  await reach({ namespace: NAMESPACE, name: "watched" }, (url) =>
    fetch(`${url}/v2/models/watched/infer`, {
      method: "POST",
      body: JSON.stringify({
        id: "order-66",
        inputs: [{ name: "text_input", shape: [1, 1], datatype: "BYTES", data: ["a sesquipedalian text"] }],
      }),
    }),
  );
  const log = await kubectl(["-n", NAMESPACE, "logs", "deployment/watched", "--tail=500"]);
  const line = log.replaceAll('\\"', '"').match(/\{"event": "answered"[^}]*"order-66"[^}]*\}/)?.[0] ?? expect.fail(log);
  expect(JSON.parse(line)).toMatchObject({ model: "watched", request: "order-66", texts: 1, ms: expect.any(Number) });
  expect(log).not.toContain("sesquipedalian");
});
