/** The API server, asked without starting a kubectl each time: tests that look ten times a second, or beside a load that needs
 *  the cores, would measure kubectl. In: the sandbox's kubeconfig. Out: JSON. */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { environment } from "./support";

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string; "certificate-authority-data": string } }[];
  readonly users: readonly { user: { "client-certificate-data": string; "client-key-data": string } }[];
}

let opened: Promise<{ server: string; agent: Agent }> | undefined;

/** Throws what the server says, if it is not 200. */
export async function apiGet<T>(path: string): Promise<T> {
  opened ??= connect();
  const { server, agent } = await opened;
  return new Promise((resolve, reject) => {
    const asking = request(server + path, { agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as T);
        else reject(new Error(`GET ${path}: ${response.statusCode} ${text}`));
      });
    });
    asking.on("error", reject).end();
  });
}

async function connect() {
  const { env } = await environment();
  // The sandbox writes JSON, certificates included.
  const { clusters, users } = JSON.parse(readFileSync(env.KUBECONFIG ?? "", "utf8")) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error("the sandbox's kubeconfig names no cluster or no user");
  const decode = (text: string) => Buffer.from(text, "base64");
  const agent = new Agent({
    keepAlive: true,
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"]),
  });
  return { server: cluster.server, agent };
}
