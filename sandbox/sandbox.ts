/** The embedded environment behind `npm start` and the end-to-end tests: Docker engine, registry, and a one-node cluster.
 *
 *  In: the cache folder, and the tool chain's programs. Out: how to reach it all. What runs and is healthy is left alone,
 *  so a second `up` takes a second or two; what died is started again; `down` leaves the machine as it was. */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ensureBaseImage } from "./baseImage";
import { ensureApiServer, ensureControllers } from "./controlPlane";
import { DOCKER, DOCKER_HOST, dockerEnv, ensureEngine } from "./engine";
import { BASE_IMAGE, CONTEXT, type Layout, layout, NAMESPACE, NETWORKS, NODE, REGISTRY } from "./layout";
import { withLock } from "./lock";
import { bringMetricsUp, wantsMetrics } from "./metrics/pipeline";
import { checkFree, ensureInotify, PART_PORTS } from "./network";
import { ensureContainerd, ensureNode } from "./node";
import { checkMachine, ensurePackages } from "./packages";
import { ensurePki, writeKubeconfig } from "./pki";
import type { Progress } from "./progress";
import { ensureRegistry } from "./registry";
import { type RunOptions, run, SYSTEM_PATH, sleep } from "./shell";
import { noteBefore } from "./state";
import { tearDown } from "./teardown";
import type { Toolchain } from "./toolchain/build";

export interface Engine {
  dockerHost: string;
  registry: string;
  baseImage: string;
  dockerBridge: string;
  /** DOCKER_HOST and its like, for the programs that use the sandbox; PATH is the caller's own, with ours before it. */
  env: Record<string, string>;
}

export interface Sandbox extends Engine {
  kubeconfig: string;
  context: string;
  /** Enforces the Pod Security standard "restricted". */
  namespace: string;
}

/** Debian packages, Docker engine, registry, base image: all that an image build needs. */
export async function engineUp(options: { cache: string; log: Progress }): Promise<Engine> {
  await checkMachine();
  const paths = layout(options.cache);
  return withLock(paths.root, () => bringEngineUp(paths, options.log));
}

/** The engine, and a one-node cluster beside it whose pods pull from the registry. */
export async function up(options: { cache: string; toolchain: Toolchain; log: Progress }): Promise<Sandbox> {
  await checkMachine();
  const { cache, toolchain, log } = options;
  const paths = layout(cache);
  return withLock(paths.root, async () => {
    const engine = await bringEngineUp(paths, log);
    await log.step("Kubernetes cluster", (update) => bringClusterUp(paths, toolchain, update));
    if (wantsMetrics(paths)) await bringMetricsUp(paths, { cache, kubectl: kubectlOf(paths, toolchain), log });
    const path = [toolchain.bin, engine.env.PATH].join(":");
    const env = { ...engine.env, KUBECONFIG: paths.kubeconfig, PATH: path };
    return { ...engine, kubeconfig: paths.kubeconfig, context: CONTEXT, namespace: NAMESPACE, env };
  });
}

/** Leaves no process, mount, interface, rule or cluster state; keeps images, build cache and what was pushed. */
export async function down(options: { cache: string; log: Progress }): Promise<void> {
  const paths = layout(options.cache);
  await withLock(paths.root, () => options.log.step("stop the sandbox", (update) => tearDown(paths, update)));
}

async function bringClusterUp(paths: Layout, toolchain: Toolchain, update: (detail: string) => void): Promise<void> {
  const pki = await ensurePki(join(paths.cluster, "pki"));
  await writeKubeconfig(pki, "admin", paths.kubeconfig, NAMESPACE);
  update("API server, containerd");
  await Promise.all([ensureApiServer(paths, pki, toolchain), ensureContainerd(paths, toolchain)]);
  update("controllers, kubelet, kube-proxy");
  const since = Date.now();
  const [, node] = await Promise.all([ensureControllers(paths, pki, toolchain), ensureNode(paths, pki, toolchain)]);
  const kubectl = kubectlOf(paths, toolchain);
  update("namespace, node");
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } };
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify(namespace) });
  await nodeReady(kubectl, node === "started" ? since : 0);
}

const kubectlOf =
  (paths: Layout, toolchain: Toolchain) =>
  (args: readonly string[], options: RunOptions = {}) =>
    run(toolchain.kubectl, ["--kubeconfig", paths.kubeconfig, ...args], options);

/** After a crash the API still shows yesterday's "Ready": only one that is newer than `since` (ms) counts. */
async function nodeReady(kubectl: (args: readonly string[]) => Promise<string>, since: number): Promise<void> {
  const condition = '{range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime} {.message}{end}';
  const deadline = Date.now() + 90_000;
  for (let last = ""; ; await sleep(200)) {
    last = await kubectl(["get", "node", NODE, "-o", `jsonpath=${condition}`]).catch(
      (problem: Error) => problem.message,
    );
    const [status, heartbeat] = last.split(" ");
    if (status === "True" && Date.parse(heartbeat ?? "") >= Math.floor(since / 1000) * 1000) break;
    if (Date.now() > deadline) throw new Error(`The sandbox's node does not get Ready: ${last}`);
  }
  // Pods are refused until the controller manager has made the namespace's account.
  while (!(await kubectl(["-n", NAMESPACE, "get", "serviceaccount", "default"]).catch(() => ""))) {
    if (Date.now() > deadline)
      throw new Error(`Namespace ${NAMESPACE} gets no default service account; see kube-controller-manager.log`);
    await sleep(200);
  }
}

async function bringEngineUp(paths: Layout, log: Progress): Promise<Engine> {
  await ensurePackages(log);
  await mkdir(paths.root, { recursive: true });
  await noteBefore();
  await checkFree(PART_PORTS);
  await ensureInotify();
  await log.step("Docker engine and registry", async () => {
    await Promise.all([ensureEngine(paths), ensureRegistry(paths)]);
  });
  await ensureBaseImage(paths, log);
  await linkDocker(paths);
  return {
    dockerHost: DOCKER_HOST,
    registry: REGISTRY,
    baseImage: BASE_IMAGE,
    dockerBridge: NETWORKS.docker.gateway,
    env: { ...dockerEnv(paths), PATH: `${paths.bin}:${process.env.PATH ?? SYSTEM_PATH}` },
  };
}

/** Whoever says just `docker` gets Debian's, while node and the rest stay the user's. */
async function linkDocker(paths: Layout): Promise<void> {
  await mkdir(paths.bin, { recursive: true });
  await symlink(DOCKER, join(paths.bin, "docker")).catch((problem: NodeJS.ErrnoException) => {
    if (problem.code !== "EEXIST") throw problem;
  });
}
