/** The gateway's nginx.conf: what it lets through to Triton, how much at a time, and for how long. In: the service's limits
 *  and times. Out: plain text, to be read in a diff. The look into bodies is check.js.
 *
 *  Bodies are read whole before Triton hears of a request: a million chunks become one length, and a slow client costs
 *  Triton nothing. They lie in memory, where check.js can see them; `bodiesInMemory` is what that takes at most. Triton 2.51 ends by a large form,
 *  which is what curl's -d and urllib call a body by themselves, and looks at no other type: so all are called JSON. Header
 *  fields that decide something (Content-Encoding, Inference-Header-Content-Length) are sent on as they were judged, lest a
 *  second field of the same name pass. Source: nginx, "Module ngx_http_core_module", "…_limit_conn_module", "…_grpc_module", "…_upstream_module"; njs,
 *  "Reference". */
import type { Lifecycle } from "../../server/lifecycle";
import type { Limits } from "../../server/limits";
import { GATEWAY_READY_PORT, PORTS, tritonPorts } from "../../shared/names";

export interface GatewayConfig {
  readonly lifecycle: Pick<Lifecycle, "connectionSeconds" | "exitTimeoutSeconds">;
  readonly limits: Limits;
  /** Whether there is a gRPC port. */
  readonly grpc: boolean;
  /** Seconds that a gRPC stream may be silent; 0: there are no streams. */
  readonly streamSeconds: number;
}

/** The only place that can be written. */
export const FOLDER = "/tmp";
export const CHECK_FILE = `${FOLDER}/check.js`;
export const PID_FILE = `${FOLDER}/nginx.pid`;

/** Requests at a time that may be as large as the limit: those that say a length over 99,999 bytes; those over HTTP that say
 *  none, being chunked; unary ones over gRPC, which says none either. */
const LARGE = 16;
const CHUNKED = 32;
const UNARY = 128;
/** gRPC streams at a time, whose bodies pass unbuffered. */
const STREAMS = 128;
const SMALL_BYTES = 99_999;
/** Requests at a time besides those that may wait in Triton: they are being read, run, or sent back. */
const UNDER_WAY = 64;
/** Seconds without a byte from a client, or to it. */
const PATIENCE = 10;

/** Seconds without a byte of an answer from Triton. */
const longestAnswer = ({ exitTimeoutSeconds }: GatewayConfig["lifecycle"]) => Math.max(60, exitTimeoutSeconds);

/** No named location: what could not be read has no URI, without which nginx goes to none. */
const UNREADABLE = "/unreadable";

/** Requests over HTTP at a time. */
const requestsAtATime = ({ waitingRequests }: Limits) => waitingRequests + UNDER_WAY;

/** Bytes that the bodies of all requests may take at a time. */
export function bodiesInMemory(limits: Limits, grpc: boolean): number {
  const large = LARGE + CHUNKED + (grpc ? UNARY : 0);
  return large * limits.bodyBytes + requestsAtATime(limits) * Math.min(SMALL_BYTES, limits.bodyBytes);
}

export function gatewayConfig(input: GatewayConfig): string {
  const { lifecycle, limits, grpc } = input;
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off;
load_module modules/ngx_http_js_module.so;
worker_processes 1;
worker_rlimit_nofile 16384;
worker_shutdown_timeout ${lifecycle.exitTimeoutSeconds}s;
pid ${PID_FILE};
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
  server_tokens off;
  default_type application/json;
${folders.map((name) => `  ${name}_temp_path ${FOLDER}/${name};`).join("\n")}
  js_import gateway from ${CHECK_FILE};
  js_var $refusal "";

  client_header_timeout ${PATIENCE}s;
  client_body_timeout ${PATIENCE}s;
  send_timeout ${PATIENCE}s;
  reset_timedout_connection on;
  keepalive_time ${lifecycle.connectionSeconds}s;
  keepalive_requests 1000000000;
  client_max_body_size ${limits.bodyBytes};
  client_body_buffer_size ${limits.bodyBytes + 4096};
  client_body_in_single_buffer on;

  limit_conn_zone $server_port zone=requests:64k;
  limit_conn_zone $large zone=large:64k;
  limit_conn_zone $chunked zone=chunked:64k;
  limit_conn_zone $server_port zone=unary:64k;
  limit_conn_zone $server_port zone=streams:64k;
  limit_conn_log_level info;

  map $http_transfer_encoding $chunked { "" ""; default all; }
  map $content_length $large { "~^\\d{0,5}$" ""; default all; }
  map $http_content_encoding $is_encoded { "" 0; identity 0; default 1; }
  map $request_uri $is_infer { "~^[^?#]*/infer(\\?|$)" 1; default 0; }
  map $http_inference_header_content_length $json_length { "~^(?<digits>\\d{1,9})$" $digits; default ""; }
  map "$json_length:$http_inference_header_content_length" $is_unclear { "~^:." 1; default 0; }
  map $request_method $is_unknown { "" 0; "~^(GET|HEAD|POST)$" 0; default 1; }
  map "$status:$upstream_http_retry_after" $retry_after { "503:" 1; default ""; }
${httpServer(input)}${grpc ? grpcServer(input) : ""}${PROBE}}
`;
}

function httpServer({ lifecycle, limits }: GatewayConfig): string {
  const longest = longestAnswer(lifecycle);
  return `
  upstream triton_http {
    server 127.0.0.1:${tritonPorts(true).http};
    keepalive 1024;
    keepalive_requests 1000000000;
  }
  server {
    listen [::]:${PORTS.http} ipv6only=off;
    add_header Retry-After $retry_after always;
    error_page 400 414 494 =400 ${UNREADABLE};
    error_page 413 @too_large;
    error_page 500 @failed;
    error_page 502 503 =503 @busy;
    error_page 504 @late;
    if ($is_unknown) { return 405 '{"error":"only GET, HEAD and POST are supported"}'; }
    if ($is_encoded) { return 415 '{"error":"compressed bodies are not supported"}'; }
    if ($is_unclear) { return 400 '{"error":"Inference-Header-Content-Length must be a number"}'; }
    location / {
      limit_conn_status 503;
      limit_conn requests ${requestsAtATime(limits)};
      limit_conn large ${LARGE};
      limit_conn chunked ${CHUNKED};
      js_content gateway.http;
    }
    location @triton {
      proxy_pass http://triton_http;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header Content-Type application/json;
      proxy_set_header Content-Encoding "";
      proxy_set_header Inference-Header-Content-Length $json_length;
      proxy_max_temp_file_size 0;
      proxy_read_timeout ${longest}s;
    }
    location = ${UNREADABLE} { internal; return 400 '{"error":"the request line or a header is malformed, or too long"}'; }
    location @too_large { return 413 '{"error":"the body is larger than ${limits.bodyBytes} bytes, or in too small chunks"}'; }
    location @busy { return 503 '{"error":"too many requests at a time, or the server does not answer"}'; }
    location @late { return 504 '{"error":"the server has not answered for ${longest} seconds"}'; }
    location @failed { return 500 '{"error":"the gateway has failed at this request; its log says why"}'; }
  }
`;
}

/** gRPC reads its status from headers; HTTP's own is of no interest to it. */
const answer = (name: string, status: number, message: string) =>
  `    location ${name} {
      default_type application/grpc;
      add_header grpc-status ${status} always;
      add_header grpc-message "${message}" always;
      return 204;
    }
`;

/** Streams have no end that a size could be the limit of; each unary request is read whole. */
function grpcServer({ lifecycle, limits, streamSeconds }: GatewayConfig): string {
  const streams =
    streamSeconds === 0
      ? "return 501;"
      : `limit_conn_status 503;
      limit_conn streams ${STREAMS};
      client_max_body_size 0;
      client_body_timeout ${streamSeconds}s;
      grpc_send_timeout ${streamSeconds}s;
      grpc_read_timeout ${streamSeconds}s;
      grpc_set_header grpc-encoding "";
      grpc_pass grpc://triton_grpc;`;
  return `
  upstream triton_grpc {
    server 127.0.0.1:${tritonPorts(true).grpc};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  map $http_grpc_encoding $is_packed { "" 0; identity 0; default 1; }
  server {
    listen [::]:${PORTS.grpc} http2 ipv6only=off;
    error_page 413 @too_large;
    error_page 415 @packed;
    error_page 501 @no_streams;
    error_page 502 503 @busy;
    error_page 408 504 @late;
    if ($is_packed) { return 415; }
    location / {
      limit_conn_status 503;
      limit_conn unary ${UNARY};
      js_content gateway.grpc;
    }
    location = /inference.GRPCInferenceService/ModelStreamInfer {
      ${streams}
    }
    location @triton {
      grpc_read_timeout ${longestAnswer(lifecycle)}s;
      grpc_set_header grpc-encoding "";
      grpc_pass grpc://triton_grpc;
    }
${answer("@refused", 3, "$refusal")}${answer("@too_large", 8, `the message is larger than ${limits.bodyBytes} bytes`)}${answer("@packed", 12, "compressed messages are not supported")}${answer("@no_streams", 12, "streams are closed by service.streamSeconds")}${answer("@busy", 14, "too many requests at a time, or the server does not answer")}${answer("@late", 4, "the client or the server was silent for too long")}  }
`;
}

/** A port of its own, which no Service leads to: what a limit refuses to clients, the kubelet still gets. */
const PROBE = `
  server {
    listen [::]:${GATEWAY_READY_PORT} ipv6only=off;
    location / { return 404; }
    location = /gateway { return 200; }
  }
`;
