/** An nginx before Triton, for HTTP clients that keep a connection for ever: it asks them to connect anew, as Triton itself
 *  asks gRPC clients (server/tritonFlags.ts), so that they find pods that have come and leave those that go. In: the option, and the
 *  pod's times. Out: a container. Source: nginx, "Module ngx_http_core_module", keepalive_time, and "Module
 *  ngx_http_upstream_module", keepalive; "Controlling nginx", QUIT. */
import type { types } from "@pulumi/kubernetes";
import { PORTS, PROXY_CONTAINER, tritonHttp } from "../names";
import type { Lifecycle } from "../server/lifecycle";
import type { ServiceOptions } from "./options";
import { RESTRICTED } from "./restricted";

export type HttpProxyOptions = NonNullable<ServiceOptions["httpProxy"]>;

interface HttpProxyInput {
  readonly options: HttpProxyOptions;
  readonly apiName: string;
  readonly lifecycle: Lifecycle;
}

export function httpProxy({ options, apiName, lifecycle }: HttpProxyInput) {
  const { image, cpu } = options;
  const memory = "64Mi";
  return {
    name: PROXY_CONTAINER,
    image,
    // From the environment into the only place that can be written: what it does can be read in a diff.
    command: ["sh", "-c", `printenv ${CONFIG} > ${FILE} && exec nginx -c ${FILE}`],
    env: [{ name: CONFIG, value: config(lifecycle) }],
    ports: [{ name: "http", containerPort: PORTS.http }],
    resources: { requests: { cpu: `${Math.round(cpu * 1000)}m`, memory }, limits: { memory } },
    readinessProbe: { httpGet: { path: `/v2/models/${apiName}/ready`, port: "http" }, ...lifecycle.proxyReadiness },
    lifecycle: { preStop: { exec: { command: ["sh", "-c", leave(lifecycle)] } } },
    securityContext: RESTRICTED,
    volumeMounts: [{ name: VOLUME, mountPath: FOLDER }],
  } satisfies types.input.core.v1.Container;
}

export const httpProxyVolume = () => ({ name: VOLUME, emptyDir: { sizeLimit: "64Mi" } });

const CONFIG = "NGINX_CONFIG";
const VOLUME = "http-proxy";
const FOLDER = "/tmp";
const FILE = `${FOLDER}/nginx.conf`;
const PID = `${FOLDER}/nginx.pid`;

/** SIGTERM would end what is under way: QUIT lets it end first. */
function leave({ preStopSleepSeconds }: Lifecycle): string {
  return `sleep ${preStopSleepSeconds}; nginx -c ${FILE} -s quit; while [ -e ${PID} ]; do sleep 1; done`;
}

/** Bodies pass unbuffered, whatever their size: limits are Triton's. */
function config({ connectionSeconds, exitTimeoutSeconds }: Lifecycle): string {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off;
worker_processes 1;
pid ${PID};
error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log off;
${folders.map((name) => `  ${name}_temp_path ${FOLDER}/${name};`).join("\n")}
  client_max_body_size 0;
  keepalive_time ${connectionSeconds}s;
  keepalive_requests 1000000000;
  upstream triton {
    server 127.0.0.1:${tritonHttp(true).port};
    keepalive 1024;
    keepalive_requests 1000000000;
  }
  server {
    listen ${PORTS.http};
    location / {
      proxy_pass http://triton;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout ${Math.max(60, exitTimeoutSeconds)}s;
    }
  }
}
`;
}
