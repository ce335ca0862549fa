/** The gateway's container and its folder: an nginx before Triton's HTTP and gRPC ports, as restricted as Triton itself.
 *  In: the option, and the pod's limits and times. Out: a container and a volume. What nginx does is config.ts, what it looks
 *  for in bodies check.js. Source: nginx, "Controlling nginx", QUIT. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { GATEWAY_CONTAINER, GATEWAY_READY_PORT, PORTS } from "../../shared/names";
import { packageRoot } from "../../shared/packageRoot";
import { RESTRICTED } from "../restricted";
import { bodiesInMemory, CHECK_FILE, FOLDER, type GatewayConfig, gatewayConfig, PID_FILE } from "./config";
import type { GatewayOptions } from "./options";

export interface GatewayInput extends GatewayConfig {
  readonly options: GatewayOptions;
  /** Where the options name none. */
  readonly image: pulumi.Input<string>;
  readonly lifecycle: GatewayConfig["lifecycle"] & {
    readonly preStopSleepSeconds: number;
    readonly gateway: Readonly<Record<"readiness" | "liveness", types.input.core.v1.Probe>>;
  };
}

/** nginx, its worker and njs: 10 MiB measured, with room. */
const IDLE_MIB = 48;
const MiB = 1024 * 1024;

export function gateway(input: GatewayInput) {
  const { options, image, lifecycle, grpc } = input;
  const ports = { http: PORTS.http, ...(grpc ? { grpc: PORTS.grpc } : {}) };
  const httpGet = { path: "/gateway", port: GATEWAY_READY_PORT };
  const limit = IDLE_MIB + Math.ceil(bodiesInMemory(input.limits, grpc) / MiB);
  return {
    name: GATEWAY_CONTAINER,
    image: options.image ?? image,
    command: ["sh", "-c", START],
    // From the environment into the only place that can be written: what it does can be read in a diff. The server image's
    // own library path leads to Triton's libraries.
    env: [
      { name: CONFIG, value: gatewayConfig(input) },
      { name: CHECK, value: CHECK_SOURCE },
      { name: "LD_LIBRARY_PATH", value: "" },
    ],
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    resources: {
      requests: { cpu: `${Math.round(options.cpu * 1000)}m`, memory: `${IDLE_MIB}Mi` },
      limits: { memory: `${limit}Mi` },
    },
    readinessProbe: { httpGet, ...lifecycle.gateway.readiness },
    livenessProbe: { httpGet, ...lifecycle.gateway.liveness },
    lifecycle: { preStop: { exec: { command: ["sh", "-c", leave(lifecycle.preStopSleepSeconds)] } } },
    securityContext: RESTRICTED,
    volumeMounts: [{ name: VOLUME, mountPath: FOLDER }],
  } satisfies types.input.core.v1.Container;
}

/** For the two files, and nginx's own; bodies are in memory. */
export const gatewayVolume = () => ({ name: VOLUME, emptyDir: { sizeLimit: "64Mi" } });

/** It can't change but with this package. */
export const CHECK_SOURCE = readFileSync(
  join(packageRoot(), "components", "kubernetes", "gateway", "check.js"),
  "utf8",
);

const CONFIG = "NGINX_CONFIG";
const CHECK = "NGINX_CHECK";
const VOLUME = "gateway";
const FILE = `${FOLDER}/nginx.conf`;
const NGINX = `nginx -e stderr -c ${FILE}`;
/** A node without IPv6 has no [::] to listen on. */
const IPV4_ONLY = "[ -e /proc/net/if_inet6 ] || sed -i 's/\\[::\\]:/0.0.0.0:/; s/ ipv6only=off//'";
const START = `printenv ${CONFIG} > ${FILE} && printenv ${CHECK} > ${CHECK_FILE} && { ${IPV4_ONLY} ${FILE}; } && exec ${NGINX}`;

/** SIGTERM would end what is under way: QUIT lets it end first. */
const leave = (seconds: number) => `sleep ${seconds}; ${NGINX} -s quit; while [ -e ${PID_FILE} ]; do sleep 1; done`;
