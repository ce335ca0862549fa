/** Whether a Docker engine answers. The provider asks it in every preview, and waits for ever for one that accepts and
 *  stays mute, so it is asked here first, with a time limit. In: DOCKER_HOST and its kin, or the provider's own `host`
 *  setting. Out: nothing, or an error that says which engine was asked, what happened, and what to do. */
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { UserError } from "../shared/problems";

const LIMIT_MILLISECONDS = 5_000;

/** What decides which engine is asked; injectable for tests. */
export interface DaemonSettings {
  /** The stack's `docker:host`, which goes before DOCKER_HOST. */
  readonly host?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly limitMilliseconds?: number;
}

/** Resolves when a Docker engine answers its ping.
 *  @throws UserError, in at most `limitMilliseconds` for each address tried, that names address, reason and remedy */
export async function requireDockerDaemon(settings: DaemonSettings = {}): Promise<void> {
  const env = settings.env ?? process.env;
  const failures: string[] = [];
  for (const host of candidates(settings.host ?? env.DOCKER_HOST)) {
    // An ssh engine is reached through the user's own ssh, which has its time limit and its messages.
    if (host.startsWith("ssh://")) return;
    try {
      return await ping(host, env, settings.limitMilliseconds ?? LIMIT_MILLISECONDS);
    } catch (problem) {
      failures.push(`  - ${host}: ${problem instanceof Error ? problem.message : String(problem)}`);
    }
  }
  throw new UserError(
    `No Docker engine answers, and images are built with one (preview needs it too); nothing was created:\n${failures.join("\n")}\n` +
      "Start Docker, or point DOCKER_HOST at an engine that `docker version` can reach.",
  );
}

/** The engine that was named, else where Docker's packages and Docker Desktop put the socket; as the provider does. */
function candidates(named: string | undefined): string[] {
  if (named !== undefined && named !== "") return [named];
  if (process.platform === "win32") return ["npipe:////./pipe/docker_engine"];
  const desktop = [".docker/run/docker.sock", ".docker/desktop/docker.sock"].map((at) => path.join(os.homedir(), at));
  const sockets = ["/var/run/docker.sock", ...desktop.filter((socket) => fs.existsSync(socket))];
  return sockets.map((socket) => `unix://${socket}`);
}

function ping(host: string, env: NodeJS.ProcessEnv, limitMilliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const answered = (response: http.IncomingMessage): void => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`its ping answered HTTP ${response.statusCode}`));
    };
    const { secure, options } = address(host, env);
    const request = secure ? https.get(options, answered) : http.get(options, answered);
    const clock = setTimeout(() => {
      reject(new Error(`accepts no request or gives no answer within ${limitMilliseconds / 1000} s`));
      request.destroy();
    }, limitMilliseconds);
    request.on("error", reject);
    request.on("close", () => clearTimeout(clock));
  });
}

function address(host: string, env: NodeJS.ProcessEnv): { secure: boolean; options: https.RequestOptions } {
  const request = { path: "/_ping", agent: false as const, headers: { connection: "close" } };
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
  if (socket !== undefined) return { secure: false, options: { ...request, host: "docker", socketPath: socket } };
  const { hostname, port } = new URL(host.replace(/^tcp:/, "http:"));
  const secure = host.startsWith("https:") || (env.DOCKER_TLS_VERIFY ?? "") !== "";
  const where = {
    ...request,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 2376 : 2375) : port,
  };
  if (!secure) return { secure, options: where };
  const folder = env.DOCKER_CERT_PATH ?? path.join(os.homedir(), ".docker");
  const read = (name: string): Buffer => fs.readFileSync(path.join(folder, name));
  return { secure, options: { ...where, ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") } };
}
