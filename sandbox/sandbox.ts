/** The embedded environment behind `npm start` and the end-to-end tests: Docker engine, registry, and a one-node cluster.
 *
 *  In: the cache folder, and the tool chain's programs. Out: how to reach it all. What runs and is healthy is left alone,
 *  so a second `up` takes a second or two; what died is started again; `down` leaves the machine as it was. */
import { mkdir } from "node:fs/promises";
import { ensureBaseImage } from "./baseImage";
import { DOCKER_HOST, dockerEnv, ensureEngine } from "./engine";
import { BASE_IMAGE, type Layout, layout, NETWORKS, REGISTRY } from "./layout";
import { withLock } from "./lock";
import { checkFree, ensureInotify, PART_PORTS } from "./network";
import { checkMachine, ensurePackages } from "./packages";
import type { Progress } from "./progress";
import { ensureRegistry } from "./registry";
import { noteBefore } from "./state";

export interface Engine {
  dockerHost: string;
  registry: string;
  baseImage: string;
  dockerBridge: string;
  env: Record<string, string>;
}

/** Debian packages, Docker engine, registry, base image: all that an image build needs. */
export async function engineUp(options: { cache: string; log: Progress }): Promise<Engine> {
  await checkMachine();
  const paths = layout(options.cache);
  return withLock(paths.root, () => bringEngineUp(paths, options.log));
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
  return {
    dockerHost: DOCKER_HOST,
    registry: REGISTRY,
    baseImage: BASE_IMAGE,
    dockerBridge: NETWORKS.docker.gateway,
    env: dockerEnv(paths),
  };
}
