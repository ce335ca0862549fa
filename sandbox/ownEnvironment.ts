/** The user's own cluster, registry, Docker engine and pulumi (`npm start -- --context NAME --registry HOST/REPO`). Nothing of the
 *  machine is touched but a folder in our cache, with the stack's state and its copy of the config. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { parseDocument } from "yaml";
import { buildOptions } from "../components/image/options";
import { cacheFolder } from "./cache";
import type { Environment, ServicePlace } from "./environment";
import { run } from "./shell";

export interface OwnOptions {
  readonly context: string;
  readonly registry: string;
  readonly namespace: string;
  /** Base image of the builds; default: the stack file's default for users. */
  readonly base: string | undefined;
  /** torch from pip's own index, not from the PyTorch project's index of CPU wheels. */
  readonly torchFromPip: boolean;
}

/** Throws, with what to install, when one of the three programs is missing. */
export async function ownEnvironment(options: OwnOptions): Promise<Environment> {
  const { context, base, torchFromPip } = options;
  const [pulumi = "", docker = "", kubectl = ""] = await Promise.all(["pulumi", "docker", "kubectl"].map(onPath));
  await checkContext(kubectl, context);
  const folder = join(cacheFolder(), "own", context.replaceAll(/[^\w.-]/g, "_"));
  const ours = withoutTheirs({
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "triton-bert",
  });
  const env = { DOCKER_BUILDKIT: "1", PULUMI_SKIP_UPDATE_CHECK: "1", ...process.env, ...ours };
  const kube = (args: readonly string[]) => ["--context", context, ...args];
  return {
    pulumi,
    env,
    stackFolder: folder,
    baseImage: base ?? buildOptions.parse({}).base,
    torchCpuWheels: !torchFromPip,
    stop: [
      ...Object.entries(ours).map(([name, value]) => `${name}='${value}'`),
      `pulumi destroy --stack dev --config-file ${join(folder, "Pulumi.dev.yaml")}`,
    ].join(" "),
    config: (committed) => withOwn(committed, options),
    docker: (args, options = {}) => run(docker, args, { ...options, env: { ...env, ...options.env } }),
    kubectl: (args, options = {}) => run(kubectl, kube(args), { ...options, env }),
    reach: (service, use) => portForward(kubectl, kube, env, service, use),
  };
}

/** What the user has set is theirs. */
function withoutTheirs(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => process.env[name] === undefined));
}

/** Said before minutes are spent on building; the program's own check comes only then. */
async function checkContext(kubectl: string, context: string): Promise<void> {
  const contexts = (await run(kubectl, ["config", "get-contexts", "-o", "name"], { env: process.env }))
    .trim()
    .split("\n");
  if (contexts.includes(context)) return;
  throw new Error(`--context ${context}: the kubeconfig has no such context; there are: ${contexts.join(", ")}`);
}

/** The committed config with the user's context, registry and namespace, and without what only the sandbox has. */
function withOwn(committed: string, { context, registry, namespace, base, torchFromPip }: OwnOptions): string {
  const document = parseDocument(committed);
  const set = (key: string, value: unknown) => document.setIn(["config", `triton-bert:${key}`], value);
  set("cluster", { context });
  set("registry", { generic: { repository: registry } });
  set("namespace", namespace);
  set("build", { ...(base === undefined ? {} : { base }), torchCpuWheels: !torchFromPip });
  return String(document);
}

async function portForward<T>(
  kubectl: string,
  kube: (args: readonly string[]) => string[],
  env: NodeJS.ProcessEnv,
  { namespace, name }: ServicePlace,
  use: (url: string, hint: string | undefined) => Promise<T>,
): Promise<T> {
  const forward = (port: string) => kube(["-n", namespace, "port-forward", `service/${name}`, `${port}:8000`]);
  const child = spawn(kubectl, forward(""), { env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await forwardedPort(child);
    return await use(`http://127.0.0.1:${port}`, `kubectl ${forward(port).join(" ")}`);
  } finally {
    child.kill();
    await once(child, "close");
  }
}

/** kubectl prints "Forwarding from 127.0.0.1:PORT -> 8000" once it listens. */
async function forwardedPort(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = "";
    child.stdout?.on("data", (chunk) => {
      seen += chunk;
      const port = /127\.0\.0\.1:(\d+)/.exec(seen)?.[1];
      if (port) resolve(port);
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`kubectl port-forward ended with exit code ${code} before it listened`)),
    );
  });
}

async function onPath(program: string): Promise<string> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, program);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new Error(
    `"${program}" is not on PATH: --context and --registry use the programs that you have; install it first`,
  );
}
