/** A Docker engine of the sandbox's own: socket, data, bridge and cgroup apart from any engine that the user has.
 *
 *  In: the layout. Out: an engine that answers at `unix://…`. The client is Debian's /usr/bin/docker of the same
 *  version; another one that is first on PATH may lack BuildKit. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CGROUPS, type Layout, NETWORKS, RUN } from "./layout";
import { ensureBridge, uplinkMtu } from "./network";
import { ensure, markedProcesses } from "./processes";
import { run, systemEnv } from "./shell";

export const DOCKER = "/usr/bin/docker";
export const DOCKER_HOST = `unix://${RUN.dockerSocket}`;
/** The export environment is a 6 GB layer: with BuildKit's default limit it would be collected, and installed anew. */
const BUILD_CACHE = "20GB";

export async function ensureEngine(paths: Layout): Promise<"kept" | "started"> {
  const configFile = join(paths.root, "docker.json");
  const config = JSON.stringify(
    {
      bridge: NETWORKS.docker.bridge,
      "cgroup-parent": `/${CGROUPS.docker}`,
      "data-root": paths.docker,
      "exec-root": RUN.dockerExec,
      hosts: [DOCKER_HOST],
      pidfile: RUN.dockerPid,
      "deprecated-key-path": join(paths.root, "docker-key.json"), // else in /etc/docker
      mtu: await uplinkMtu(),
      // The default lowers the score, which some machines forbid even to root.
      "oom-score-adjust": 0,
      builder: { gc: { enabled: true, policy: [{ keepStorage: BUILD_CACHE, all: true }] } },
    },
    null,
    2,
  );
  await mkdir(paths.dockerConfig, { recursive: true });
  await ensureBridge(NETWORKS.docker);
  return ensure(
    {
      name: "dockerd",
      command: ["/usr/sbin/dockerd", "--config-file", configFile],
      reads: [config],
      healthy: async () =>
        (await docker(paths, ["info", "--format", "{{.ServerVersion}}"], { timeoutMs: 5000 })).trim() !== "",
      prepare: async () => {
        await mkdir(paths.root, { recursive: true });
        await writeFile(configFile, config);
        await rm(RUN.dockerPid, { force: true });
        // Its number may meanwhile be a stranger's, and dockerd would wait for that one to answer.
        const containerdLives = markedProcesses().some(
          ({ part, command }) => part === "dockerd" && command[0] === "containerd",
        );
        if (!containerdLives) await rm(RUN.dockerContainerdPid, { force: true });
      },
    },
    paths.log,
  );
}

/** Debian's client on the sandbox's engine, with an empty client configuration. */
export async function docker(
  paths: Layout,
  args: readonly string[],
  options: { timeoutMs?: number; onLine?: (line: string) => void } = {},
): Promise<string> {
  return run(DOCKER, args, { ...options, env: systemEnv(dockerEnv(paths)) });
}

export function dockerEnv(paths: Layout): Record<string, string> {
  return { DOCKER_HOST, DOCKER_CONFIG: paths.dockerConfig, DOCKER_BUILDKIT: "1" };
}
