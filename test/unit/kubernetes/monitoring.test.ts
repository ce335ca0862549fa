import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALERTS } from "../../../components/kubernetes/monitoring/alerts";
import { dashboardArgs } from "../../../components/kubernetes/monitoring/dashboard";
import { milliseconds } from "../../../components/kubernetes/monitoring/options";
import { prometheusRuleArgs } from "../../../components/kubernetes/monitoring/prometheusRule";
import { monitorArgs, scrapeAnnotations } from "../../../components/kubernetes/monitoring/scrape";
import { scaled, site, watched } from "./world";

const own = { "app.kubernetes.io/name": "triton-bert", "app.kubernetes.io/instance": "sentiment" };
const scrape = (options: Parameters<typeof watched>[0]) => watched(options).monitoring.scrape;

describe("how Prometheus finds the pods", () => {
  it("is its own affair by default", () => {
    expect(monitorArgs(site, scrape({}))).toBeUndefined();
    expect(scrapeAnnotations(scrape({}))).toEqual({});
  });

  it("may be said on the pods", () => {
    expect(scrapeAnnotations(scrape({ scrape: { annotations: {} } }))).toEqual({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "8002",
      "prometheus.io/path": "/metrics",
    });
  });

  it("may be a monitor on the port that pods and Service name metrics, with the user's labels beside ours", () => {
    const labels = { release: "kube-prometheus-stack" };
    const pod = monitorArgs(site, scrape({ scrape: { podMonitor: { labels, intervalSeconds: 30 } } }));
    expect(pod).toMatchObject({
      kind: "PodMonitor",
      metadata: { name: "sentiment", namespace: "ml-serving", labels: { ...own, ...labels } },
      spec: { selector: { matchLabels: own }, podMetricsEndpoints: [{ port: "metrics", interval: "30s" }] },
    });
    const service = monitorArgs(site, scrape({ scrape: { serviceMonitor: {} } }));
    expect(service).toMatchObject({
      kind: "ServiceMonitor",
      spec: { selector: { matchLabels: own }, endpoints: [{ port: "metrics", interval: "15s" }] },
    });
  });
});

describe("the alerts", () => {
  const runbook = "https://wiki.example.com/triton-bert";
  const rules = (...args: Parameters<typeof watched>) =>
    prometheusRuleArgs(watched(...args))?.spec.groups[0]?.rules ?? [];
  const rule = (name: string, ...args: Parameters<typeof watched>) =>
    rules(...args).find(({ alert }) => alert === name) ?? expect.fail(`no alert ${name}`);

  it("are none unless they are asked for", () => {
    expect(prometheusRuleArgs(watched())).toBeUndefined();
  });

  it("say whose they are, how bad it is, and where to read what to do", () => {
    for (const { alert, labels, annotations } of rules({ alerts: { runbook } }, scaled({ cpu: { max: 3 } }))) {
      expect(labels).toEqual({
        severity: expect.stringMatching(/^(warning|critical)$/),
        namespace: "ml-serving",
        service: "sentiment",
      });
      expect(annotations.runbook_url).toBe(`${runbook}#${alert.toLowerCase()}`);
    }
    expect(rule("TritonBertFailures", { alerts: {} }).annotations).not.toHaveProperty("runbook_url");
  });

  it("each have a heading in the runbook, and none is there without its alert", () => {
    const page = readFileSync(join(__dirname, "../../../docs/alerts.md"), "utf8");
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(ALERTS.map(({ name }) => name));
  });

  it("have limits of the user's, or defaults that suit the device", () => {
    const limit = (...args: Parameters<typeof watched>) => rule("TritonBertQueueLatency", ...args).expr.split(" > ")[1];
    expect(limit({ alerts: {} })).toBe("500000");
    expect(limit({ alerts: {} }, scaled({ none: {} }, "gpu"))).toBe("200000");
    expect(limit({ alerts: { queueTime: "1.5s" } })).toBe("1500000");
    expect(rule("TritonBertFailures", { alerts: { failurePercent: 0.5 } }).expr).toMatch(/> 0\.5$/);
  });

  it("watch the autoscaler's bound where there is one that can be reached", () => {
    const names = (options: Parameters<typeof scaled>[0]) =>
      rules({ alerts: {} }, scaled(options)).map(({ alert }) => alert);
    expect(names({ none: {} })).not.toContain("TritonBertScalerAtMax");
    expect(names({ cpu: { min: 3, max: 3 } })).not.toContain("TritonBertScalerAtMax");
    expect(rule("TritonBertScalerAtMax", { alerts: {} }, scaled({ podsMetric: { max: 7 } })).expr).toMatch(/>= 7$/);
  });

  it("give a start the time that a start may take", () => {
    expect(rule("TritonBertGoldenCheck", { alerts: {} }).for).toBe("420s");
  });
});

describe("the dashboard", () => {
  const made = (...args: Parameters<typeof watched>) => {
    const args_ = dashboardArgs(watched(...args)) ?? expect.fail("no dashboard");
    const [text = ""] = Object.values(args_.data);
    return { metadata: args_.metadata, text, json: JSON.parse(text) };
  };

  it("is none unless it is asked for", () => {
    expect(dashboardArgs(watched())).toBeUndefined();
  });

  it("is where Grafana's sidecar looks, or where the user says", () => {
    expect(made({ dashboard: {} }).metadata.labels).toEqual({ ...own, grafana_dashboard: "1" });
    const { labels, annotations } = made({
      dashboard: { labels: { team: "nlp" }, annotations: { grafana_folder: "NLP" } },
    }).metadata;
    expect(labels).toEqual({ ...own, team: "nlp" });
    expect(annotations).toMatchObject({ grafana_folder: "NLP", "triton-bert/stack": site.stack });
  });

  it("keeps its id and its bytes, and another service has another id", () => {
    const { json, text } = made({ dashboard: {} });
    expect(json.uid).toMatch(/^[0-9a-f]{12}$/);
    expect(made({ dashboard: {} }).text).toBe(text);
    const elsewhere = { ...scaled({ none: {} }), site: { ...site, namespace: "other" } };
    expect(made({ dashboard: {} }, elsewhere).json.uid).not.toBe(json.uid);
  });

  it("shows the GPU where there is one", () => {
    const titles = ({ json }: ReturnType<typeof made>) => json.panels.map(({ title }: { title: string }) => title);
    expect(titles(made({ dashboard: {} })).join()).not.toContain("GPU");
    expect(titles(made({ dashboard: {} }, scaled({ none: {} }, "gpu"))).join()).toContain("GPU");
  });
});

it("a time is read in milliseconds", () => {
  expect(["0s", "1.5s", "250ms"].map(milliseconds)).toEqual([0, 1500, 250]);
});
