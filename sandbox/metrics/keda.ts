/** KEDA: operator, metrics adapter and admission webhooks, as its own manifests start them, but beside the control plane.
 *  In: its module in Go's module cache, for its CRDs and webhooks. Out: programs and objects. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { NO_PROXIES } from "../controlPlane";
import { accepts, answersOk } from "../health";
import { PORTS } from "../layout";
import type { Part } from "../processes";
import { go } from "../toolchain/go";
import type { ServerInput } from "./servers";
import { KEDA } from "./toolchain/programs";

const env = { ...NO_PROXIES, POD_NAMESPACE: "keda", KEDA_CLUSTER_OBJECT_NAMESPACE: "keda", WATCH_NAMESPACE: "" };

export function kedaParts({ program, kubeconfig, certificates, flags }: ServerInput): Part[] {
  const operatorHealth = `http://127.0.0.1:${PORTS.kedaOperatorHealth}/readyz`;
  const webhooksHealth = `http://127.0.0.1:${PORTS.kedaWebhooksHealth}/readyz`;
  return [
    {
      name: "keda-operator",
      command: [
        program("keda-operator"),
        `--kubeconfig=${kubeconfig}`,
        `--cert-dir=${certificates}`,
        `--metrics-service-bind-address=127.0.0.1:${PORTS.kedaOperator}`,
        `--health-probe-bind-address=127.0.0.1:${PORTS.kedaOperatorHealth}`,
        "--metrics-bind-address=0",
      ],
      env,
      healthy: async () => (await answersOk(operatorHealth)) && (await accepts(PORTS.kedaOperator)),
    },
    {
      name: "keda-adapter",
      command: [
        program("keda-adapter"),
        ...flags(PORTS.kedaAdapter),
        `--kubeconfig=${kubeconfig}`,
        `--lister-kubeconfig=${kubeconfig}`,
        `--metrics-service-address=127.0.0.1:${PORTS.kedaOperator}`,
        `--port=${PORTS.kedaAdapterMetrics}`,
      ],
      env,
      healthy: () => answersOk(`https://127.0.0.1:${PORTS.kedaAdapter}/readyz`),
    },
    {
      name: "keda-webhooks",
      command: [
        program("keda-webhooks"),
        `--kubeconfig=${kubeconfig}`,
        `--cert-dir=${certificates}`,
        `--port=${PORTS.kedaWebhooks}`,
        `--health-probe-bind-address=127.0.0.1:${PORTS.kedaWebhooksHealth}`,
        "--metrics-bind-address=0",
      ],
      env,
      healthy: async () => (await answersOk(webhooksHealth)) && (await accepts(PORTS.kedaWebhooks)),
    },
  ];
}

interface Webhook {
  clientConfig: { service?: { path: string }; url?: string; caBundle?: string };
  failurePolicy: string;
}

/** KEDA's own CRDs, and its own webhooks, but for where they are, and that they must be asked: KEDA lets pass what a dead
 *  webhook has not seen, and a test would then prove nothing. */
export async function kedaObjects(caBundle: string): Promise<{ crds: object[]; webhooks: object[] }> {
  const folder = join(await kedaSource(), "config");
  const bases = join(folder, "crd", "bases");
  const crds = await Promise.all((await readdir(bases)).map((file) => documents(join(bases, file))));
  const webhooks = await documents(join(folder, "webhooks", "validation_webhooks.yaml"));
  for (const { webhooks: each } of webhooks as { webhooks: Webhook[] }[]) {
    for (const webhook of each) {
      const path = webhook.clientConfig.service?.path ?? "";
      webhook.clientConfig = { url: `https://127.0.0.1:${PORTS.kedaWebhooks}${path}`, caBundle };
      webhook.failurePolicy = "Fail";
    }
  }
  return { crds: crds.flat(), webhooks };
}

async function documents(file: string): Promise<object[]> {
  const parsed = parseAllDocuments(await readFile(file, "utf8"));
  return parsed.map((document) => document.toJS() as object | null).filter((value) => value !== null);
}

/** Go checks the sum, and downloads only what is not in its cache. */
async function kedaSource(): Promise<string> {
  const cwd = join(__dirname, "toolchain", "keda");
  const answer = JSON.parse(await go(["mod", "download", "-json", `${KEDA.path}@v${KEDA.version}`], { cwd }));
  return answer.Dir;
}
