/** What the Docker client is logged in with at a registry, found as the client itself finds it: a credential helper for that
 *  registry, else the helper for all, else what stands in its config file. In: a registry's host. Out: a login, or none; never an
 *  error, since a registry may let read without one. Sources: `docker login` reference, "Credential helpers"; docker-credential-helpers,
 *  README, "Development". */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import type { Login } from "./registryClient";

const LIMIT_MILLISECONDS = 5_000;

/** Under these the client keeps what belongs to Docker Hub. */
const HUB = "https://index.docker.io/v1/";
const HUB_HOSTS = ["index.docker.io", "docker.io"];

/** The user that means: the secret is an identity token. */
const TOKEN_USER = "<token>";

const entry = z.object({ auth: z.string().optional(), identitytoken: z.string().optional() });
const dockerConfig = z.object({
  auths: z.record(z.string(), entry).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** Injectable for tests. */
export interface DockerLoginSettings {
  readonly env?: NodeJS.ProcessEnv;
  readonly limitMilliseconds?: number;
}

/** The login at `server`. `warn` is told of what there is and can't be used. */
export async function dockerLogin(
  server: string,
  warn: (text: string) => void,
  { env = process.env, limitMilliseconds = LIMIT_MILLISECONDS }: DockerLoginSettings = {},
): Promise<Login | undefined> {
  const file = path.join(env.DOCKER_CONFIG || path.join(os.homedir(), ".docker"), "config.json");
  const config = readConfig(file, warn);
  const helper = valueFor(config.credHelpers, server) ?? config.credsStore;
  if (helper) {
    try {
      const found = await ask(`docker-credential-${helper}`, server, env, limitMilliseconds);
      if (found !== undefined) return found;
    } catch (problem) {
      const why = problem instanceof Error ? problem.message : String(problem);
      warn(`docker-credential-${helper}, which ${file} names for ${server}: ${why}; going on without it`);
    }
  }
  return inlineLogin(valueFor(config.auths, server));
}

function readConfig(file: string, warn: (text: string) => void): z.output<typeof dockerConfig> {
  if (!fs.existsSync(file)) return {};
  try {
    return dockerConfig.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    // not the parser's own words: they quote what stands there
    warn(`${file} can't be read as Docker's config; going on without its logins`);
    return {};
  }
}

/** Older clients wrote addresses where hosts stand now. */
function valueFor<Value>(by: Readonly<Record<string, Value>> | undefined, server: string): Value | undefined {
  const hosts = server === "docker.io" ? HUB_HOSTS : [server];
  const hostOf = (key: string): string => key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return by?.[server] ?? Object.entries(by ?? {}).find(([key]) => hosts.includes(hostOf(key)))?.[1];
}

function inlineLogin(said: z.output<typeof entry> | undefined): Login | undefined {
  if (said?.identitytoken) return { identityToken: said.identitytoken };
  const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(said?.auth ?? "", "base64").toString()) ?? [];
  return username && password ? { username, password } : undefined;
}

/** Undefined where the helper has nothing for the server. Nothing that it prints is passed on: it deals in secrets. */
function ask(program: string, server: string, env: NodeJS.ProcessEnv, limit: number): Promise<Login | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"] });
    let said = "";
    const clock = setTimeout(() => {
      child.kill("SIGKILL");
      // what it has started may hold the pipe open
      child.stdout.destroy();
      reject(new Error(`no answer within ${limit / 1000} s`));
    }, limit);
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      said += chunk;
    });
    child.on("error", (problem: NodeJS.ErrnoException) => {
      clearTimeout(clock);
      reject(new Error(problem.code === "ENOENT" ? "there is no such program on PATH" : problem.message));
    });
    child.on("close", (code) => {
      clearTimeout(clock);
      if (code === 0) answered();
      else if (/credentials not found/i.test(said)) resolve(undefined);
      else reject(new Error(`ended with exit code ${code}`));
    });
    const answered = (): void => {
      try {
        const { Username: username, Secret: secret } = helperAnswer.parse(JSON.parse(said));
        if (secret === "") resolve(undefined);
        else resolve(username === TOKEN_USER ? { identityToken: secret } : { username, password: secret });
      } catch {
        reject(new Error("gave no login in the form that Docker's helpers have"));
      }
    };
    // one that reads nothing has closed it
    child.stdin.on("error", () => undefined);
    child.stdin.end(server === "docker.io" ? HUB : server);
  });
}
