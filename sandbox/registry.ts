/** The image registry on localhost: Debian's docker-registry without the password that its packaged configuration asks for.
 *
 *  In: the layout. Out: http://localhost:5001, reachable from this machine only; engines take a registry on localhost
 *  without TLS. What was pushed outlives `down`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Layout, PORTS, REGISTRY } from "./layout";
import { ensure } from "./processes";

export async function ensureRegistry(paths: Layout): Promise<"kept" | "started"> {
  const configFile = join(paths.root, "registry.json"); // YAML is a superset of JSON
  const config = JSON.stringify(
    {
      version: 0.1,
      log: { level: "warn", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: paths.registry }, delete: { enabled: true } },
      http: { addr: `127.0.0.1:${PORTS.registry}` },
    },
    null,
    2,
  );
  return ensure(
    {
      name: "registry",
      command: ["/usr/bin/docker-registry", "serve", configFile],
      env: { OTEL_TRACES_EXPORTER: "none" },
      reads: [config],
      healthy: async () =>
        (await fetch(`http://127.0.0.1:${PORTS.registry}/v2/`, { signal: AbortSignal.timeout(3000) })).ok,
      prepare: async () => {
        await mkdir(paths.registry, { recursive: true });
        await writeFile(configFile, config);
      },
    },
    paths.log,
  );
}

/** Whether `repository:tag` has been pushed to the sandbox's registry. */
export async function isPushed(repository: string, tag: string): Promise<boolean> {
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  const url = `http://${REGISTRY.replace("localhost", "127.0.0.1")}/v2/${repository}/manifests/${tag}`;
  const answer = await fetch(url, { method: "HEAD", headers: { accept }, signal: AbortSignal.timeout(5000) });
  return answer.ok;
}
