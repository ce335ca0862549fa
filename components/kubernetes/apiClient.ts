/** The API server, asked and never told: what the resources of a program cannot see, such as a controller's own findings. In: how
 *  it is reached; credentials plugins, proxies and certificates Kubernetes' official client sees to. Out: JSON. */
import * as https from "node:https";
import { z } from "zod";

const LIMIT_MILLISECONDS = 15_000;

/** How a cluster is reached. */
export interface ClusterAccess {
  /** The same for as long as it is the same cluster, on every machine. */
  readonly identifier: string;
  /** Of the kubeconfig of whoever runs the program; absent where there is one of the cluster's own. */
  readonly context?: string;
  /** A whole kubeconfig; empty: the one of whoever runs the program. */
  readonly kubeconfig: string;
}

/** An answer that is no success carries a Status as body. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** GETs a path of the API server. Rejects where there is no answer. */
export type Get = (path: string) => Promise<Answer>;

/** Finds the API server. */
export type Connect = () => Promise<Get>;

/** One of an object's conditions. Source: Kubernetes, "API Conventions", "Typical status properties". */
export const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});

/** The message of a Status, as the API server answers with where it refuses; empty for any other body. */
export const statusMessage = (body: unknown): string =>
  z.object({ message: z.string() }).catch({ message: "" }).parse(body).message.trim();

/** What a cluster says where it does not show what it is asked for. */
export function refusalText(what: string, { status, body }: Answer): string {
  const message = statusMessage(body);
  return `asked for ${what}, the cluster says HTTP ${status}${message && `: ${message}`}`;
}

/** The query that chooses objects by their labels. */
export const labelQuery = (labels: Readonly<Record<string, string>>): string =>
  new URLSearchParams({
    labelSelector: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
  }).toString();

/** The client is large, and a preview needs none of it: it is read only here. */
export async function apiServer({ identifier, context, kubeconfig }: ClusterAccess): Promise<Get> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === "") config.loadFromDefault();
  else config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`the kubeconfig says of ${identifier} no cluster`);
  return async (path) => {
    const options: https.RequestOptions = { timeout: LIMIT_MILLISECONDS, headers: { Accept: "application/json" } };
    await config.applyToHTTPSOptions(options);
    return get(server.replace(/\/$/, "") + path, options);
  };
}

function get(url: string, options: https.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        resolve({ status: response.statusCode ?? 0, body: parseJson(text) });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${LIMIT_MILLISECONDS / 1000} s`)));
    request.on("error", reject);
  });
}

/** A proxy on the way may answer in prose. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}
