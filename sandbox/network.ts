/** The sandbox's two bridges, and what must be free on this machine before it comes up.
 *
 *  In: layout.ts. Out: interfaces with their addresses; or an error that names what is in the way. */
import { createServer } from "node:net";
import { NETWORKS, PORTS } from "./layout";
import { markedProcesses } from "./processes";
import { run, succeeds } from "./shell";
import { readSetting, writeSetting } from "./state";

interface Bridge {
  bridge: string;
  subnet: string;
  gateway: string;
}

/** Idempotent. The bridges exist before their users so that addresses are known: the node's address is its pods' gateway. */
export async function ensureBridge({ bridge, gateway }: Bridge): Promise<void> {
  if (!(await succeeds("ip", ["link", "show", bridge]))) await run("ip", ["link", "add", bridge, "type", "bridge"]);
  const addresses = await run("ip", ["-o", "-4", "address", "show", "dev", bridge]);
  if (!addresses.includes(` ${gateway}/24 `))
    await run("ip", ["address", "add", `${gateway}/24`, "brd", "+", "dev", bridge]);
  await run("ip", ["link", "set", bridge, "mtu", String(await uplinkMtu()), "up"]);
}

export async function removeBridge({ bridge }: Bridge): Promise<void> {
  for (const line of (await run("ip", ["-o", "link", "show", "master", bridge]).catch(() => "")).split("\n")) {
    const port = /^\d+: ([^:@]+)/.exec(line)?.[1];
    if (port) await succeeds("ip", ["link", "delete", port]);
  }
  await succeeds("ip", ["link", "delete", bridge]);
}

/** Larger frames than the way out of this machine takes would be dropped silently (tunnels, cloud networks). */
export async function uplinkMtu(): Promise<number> {
  const route = await run("ip", ["-4", "route", "show", "default"]).catch(() => "");
  const device = /\bdev (\S+)/.exec(route)?.[1];
  const link = device ? await run("ip", ["-o", "link", "show", device]) : "";
  return Number(/\bmtu (\d+)/.exec(link)?.[1] ?? 1500);
}

/** Throws when a network or a port of ours is somebody else's. */
export async function checkFree(parts: ReadonlyMap<string, readonly number[]>): Promise<void> {
  const ours: readonly Bridge[] = [NETWORKS.pods, NETWORKS.docker];
  const routes = (await run("ip", ["-4", "route", "show", "table", "main"])).split("\n");
  for (const subnet of [NETWORKS.pods.subnet, NETWORKS.docker.subnet, NETWORKS.services.subnet]) {
    const prefix = subnet.split(".").slice(0, 3).join(".");
    const taken = routes.find(
      (line) => line.startsWith(`${prefix}.`) && !ours.some(({ bridge }) => line.includes(` dev ${bridge} `)),
    );
    if (taken) throw new Error(`The sandbox's network ${subnet} is in use on this machine: ${taken.trim()}`);
  }
  const running = new Set(markedProcesses().map(({ part }) => part));
  for (const [part, ports] of parts) {
    if (running.has(part)) continue;
    for (const port of ports) {
      if (await canListen(port)) continue;
      throw new Error(
        `Port ${port}, which the sandbox needs for its ${part}, is taken by another program (see: ss -ltnp 'sport = :${port}').`,
      );
    }
  }
}

export const PART_PORTS: ReadonlyMap<string, readonly number[]> = new Map([
  ["registry", [PORTS.registry]],
  ["etcd", [PORTS.etcd, PORTS.etcdPeer, PORTS.etcdHealth]],
  ["kube-apiserver", [PORTS.apiserver]],
  ["kube-controller-manager", [PORTS.controllerManager]],
  ["kube-scheduler", [PORTS.scheduler]],
  ["kubelet", [PORTS.kubelet, PORTS.kubeletHealth]],
  ["kube-proxy", [PORTS.proxyHealth, PORTS.proxyMetrics]],
]);

export const METRICS_PORTS: ReadonlyMap<string, readonly number[]> = new Map([
  ["prometheus", [PORTS.prometheus]],
  ["keda-operator", [PORTS.kedaOperator, PORTS.kedaOperatorHealth]],
  ["keda-adapter", [PORTS.kedaAdapter, PORTS.kedaAdapterMetrics]],
  ["keda-webhooks", [PORTS.kedaWebhooks, PORTS.kedaWebhooksHealth]],
  ["metrics-server", [PORTS.metricsServer]],
  ["custom-metrics", [PORTS.customMetrics]],
]);

/** The kubelet, containerd and kube-proxy watch files and need some dozens of inotify instances; 128 for the whole of
 *  root is a common limit, and running into it shows as "too many open files" in odd places. `down` restores it. */
export async function ensureInotify(): Promise<void> {
  const name = "fs/inotify/max_user_instances";
  if (Number(readSetting(name) ?? 0) < 512) await writeSetting(name, "512");
}

async function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
