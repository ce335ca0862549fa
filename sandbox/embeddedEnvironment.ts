/** The embedded sandbox as an environment to deploy to: tool chain, Docker engine, registry and cluster, built and brought up
 *  as needed, all of it ours. What is official and already on the machine is preferred to what we build. */
import { join } from "node:path";
import { cacheFolder } from "./cache";
import { requireRoomToBuild } from "./disk";
import { DOCKER } from "./engine";
import type { Environment } from "./environment";
import { untilItAccepts } from "./health";
import { layout } from "./layout";
import { checkMachine } from "./packages";
import { marked } from "./processes";
import type { Progress } from "./progress";
import { up } from "./sandbox";
import { type RunOptions, run } from "./shell";
import { pulumiEnv } from "./stack";
import { ensureToolchain } from "./toolchain/build";
import { ensurePlugins, findOfficial, searchOf } from "./toolchain/plugins";

export async function embeddedEnvironment(log: Progress): Promise<Environment> {
  await checkMachine();
  const cache = cacheFolder();
  requireRoomToBuild(cache);
  const toolchain = await log.step("tool chain (pulumi, Kubernetes, providers)", (update) =>
    ensureToolchain({ cache, log: update }),
  );
  const pulumiHome = join(cache, "pulumi-home");
  const officialSearch = searchOf([toolchain.bin, pulumiHome]);
  const plugins = await ensurePlugins({ toolchain, pulumiHome, officialSearch });
  for (const { provider, binary, official } of plugins)
    if (official) log.line(`  official ${provider} provider: ${binary}`);
  const sandbox = await up({ cache, toolchain, log });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...sandbox.env,
    // Not the tool chain's folder: the CLI warns of every provider that it finds on PATH.
    PATH: process.env.PATH,
    ...pulumiEnv(pulumiHome, layout(cache).pulumiState),
    // A pulumi that is killed leaves its providers behind.
    ...marked("pulumi"),
  };
  const reached = new Set<string>();
  const own = (options: RunOptions) => ({ ...options, env: { ...env, ...options.env } });
  return {
    pulumi: findOfficial(officialSearch).pulumi ?? toolchain.pulumi,
    env,
    stackFolder: join(layout(cache).pulumiState, "stack-files"),
    baseImage: sandbox.baseImage,
    torchCpuWheels: false,
    stop: "npm run stop",
    config: (committed) => committed,
    docker: (args, options = {}) =>
      run(DOCKER, args, own({ ...options, env: { DOCKER_BUILDKIT: "1", ...options.env } })),
    kubectl: (args, options = {}) => run(toolchain.kubectl, args, own(options)),
    async reach({ namespace, name }, use) {
      const path = '{.spec.ports[?(@.name=="http")].nodePort}';
      const port = await run(toolchain.kubectl, ["-n", namespace, "get", "service", name, "-o", `jsonpath=${path}`], {
        env,
      });
      const url = `http://127.0.0.1:${port}`;
      // A node programs a new Service up to a second after its pods are Ready. Once only: what was reached must stay so.
      if (!reached.has(url)) await untilItAccepts(Number(port));
      reached.add(url);
      return use(url, undefined);
    },
  };
}
