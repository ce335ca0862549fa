/** The arguments of tritonserver, as rows: flag, value, and the first release that knows the flag. In: what a pod is.
 *  Out: the container's `args`. A serving test holds each row against the real `--help`; the support matrix refuses
 *  releases older than the newest of the rows, but for those that are optional.
 *
 *  Bare, Triton answers anyone who asks to map shared memory, to change its log level, to switch tracing on or to list and
 *  load models. Restricted, those answer only who shows a key. The key here is the pod's own UID, which the kubelet puts
 *  in: random for each pod, no input of any resource, so it is never in a diff or in Pulumi's state, and nobody outside
 *  the cluster's API can know it. */
import { PORTS, tritonPorts } from "../shared/names";

/** Environment variables that the arguments refer to as $(NAME); the workload defines them from the downward API. */
export const POD_UID = "POD_UID";
export const CPU_LIMIT = "CPU_LIMIT";
/** Environment variable by which the python models know which requests to log. */
export const LOG_SLOWER_THAN_MS = "TRITON_BERT_LOG_SLOWER_THAN_MS";

/** HTTP header that opens the closed endpoints; over gRPC the metadata key is `triton-grpc-protocol-` + this. */
export const ADMIN_HEADER = "triton-admin";

/** Endpoints that only the key opens. Statistics, metadata and model configuration stay open: they only read, and
 *  clients and perf_analyzer ask for them. */
const CLOSED = "shared-memory,model-repository,logging,trace";

export interface FlagInput {
  /** Seconds that requests in flight get to end after SIGTERM. */
  readonly exitTimeoutSeconds: number;
  /** Seconds after which a gRPC client is asked to connect anew. */
  readonly connectionSeconds: number;
  /** Seconds that a gRPC stream may live at least. */
  readonly streamSeconds: number;
  /** Clients reach it only through the gateway in the same pod. */
  readonly behindGateway: boolean;
  readonly grpc: boolean;
  /** Bytes of a request as it travels. */
  readonly bodyBytes: number;
  /** Container release; absent: an image of one's own, of which nothing is known. */
  readonly release?: string | undefined;
  readonly device: "cpu" | "gpu";
  /** There is a GPU that tells how busy it is. */
  readonly gpuMetrics: boolean;
  readonly onnxBackend: "python" | "onnxruntime";
}

interface FlagRow {
  readonly flag: string;
  /** Absent: the flag stands alone. */
  readonly value?: (input: FlagInput) => string;
  /** First container release with the flag; absent where it is older than the newest of the others. */
  readonly since?: string;
  /** Good to have: passed only where the release is known to take it, and no reason to refuse an older one. */
  readonly optional?: true;
  /** Absent: always. */
  readonly when?: (input: FlagInput) => boolean;
}

const onCpu = ({ device }: FlagInput) => device === "cpu";
const hidden = ({ behindGateway }: FlagInput) => behindGateway;
const withGrpc = ({ grpc }: FlagInput) => grpc;
/** A gateway renews the clients' connections itself. */
const renewed = ({ grpc, behindGateway }: FlagInput) => grpc && !behindGateway;
const LOOPBACK = "127.0.0.1";
const cppBackend = ({ onnxBackend }: FlagInput) => onnxBackend === "onnxruntime";

const flagRows: readonly FlagRow[] = [
  { flag: "--model-repository", value: () => "/models" },
  // Whatever is in the image is served; nothing can be loaded or unloaded later, not even with the key.
  { flag: "--model-control-mode", value: () => "none" },
  // Our configs are complete; a server that completes them would hide a mistake of the renderer.
  { flag: "--disable-auto-complete-config" },
  { flag: "--strict-readiness", value: () => "true" },
  { flag: "--exit-timeout-secs", value: ({ exitTimeoutSeconds }) => String(exitTimeoutSeconds) },
  { flag: "--log-format", value: () => "ISO8601" },
  // Verbose logs would carry tensors, which are texts of users.
  { flag: "--log-verbose", value: () => "0" },
  { flag: "--http-port", value: ({ behindGateway }) => String(tritonPorts(behindGateway).http) },
  { flag: "--grpc-port", value: ({ behindGateway }) => String(tritonPorts(behindGateway).grpc), when: withGrpc },
  { flag: "--allow-grpc", value: () => "false", when: ({ grpc }) => !grpc },
  { flag: "--metrics-port", value: () => String(PORTS.metrics) },
  // Nobody goes round the gateway by the pod's own address. The metrics would follow --http-address.
  { flag: "--http-address", value: () => LOOPBACK, when: hidden },
  { flag: "--grpc-address", value: () => LOOPBACK, when: (input) => hidden(input) && withGrpc(input) },
  { flag: "--metrics-address", value: () => "0.0.0.0", when: hidden },
  // Of the JSON, and of each tensor. It bounds what is unpacked since 26.01; before 25.06 nothing bounds anything.
  { flag: "--http-max-input-size", value: ({ bodyBytes }) => String(bodyBytes), since: "25.06", optional: true },
  // A client that keeps its connection for ever would stay with a pod that goes, and never find one that has come. Over
  // HTTP Triton has no such means (kubernetes/gateway). The grace cuts streams; unary requests don't wait for it, since a
  // client that was asked sends the next one elsewhere. github.com/triton-inference-server/server: pull request 6639 of December 2023.
  {
    flag: "--grpc-max-connection-age",
    value: ({ connectionSeconds }) => milliseconds(connectionSeconds),
    since: "24.02",
    when: renewed,
  },
  {
    flag: "--grpc-max-connection-age-grace",
    value: ({ exitTimeoutSeconds, streamSeconds }) => milliseconds(Math.max(exitTimeoutSeconds, streamSeconds)),
    since: "24.02",
    when: renewed,
  },
  // github.com/triton-inference-server/server: release notes of 23.11 (pull request 6607); r23.04 docs for the gRPC twin.
  { flag: "--http-restricted-api", value: closed, since: "23.11" },
  { flag: "--grpc-restricted-protocol", value: closed, since: "23.04", when: withGrpc },
  // Without CUDA, or of a MIG slice, these only make warnings.
  { flag: "--allow-gpu-metrics", value: () => "false", when: ({ gpuMetrics }) => !gpuMetrics },
  { flag: "--pinned-memory-pool-byte-size", value: () => "0", when: onCpu },
  // onnxruntime ignores CPU quotas: without a number it starts a thread for each core of the node, beside a GPU too.
  { flag: "--backend-config", value: () => "onnxruntime,enable-global-threadpool=1", when: cppBackend },
  { flag: "--backend-config", value: () => `onnxruntime,intra_op_thread_count=$(${CPU_LIMIT})`, when: cppBackend },
  { flag: "--backend-config", value: () => "onnxruntime,inter_op_thread_count=1", when: cppBackend },
];

/** The oldest release that takes every flag above that isn't optional. */
export const OLDEST_RELEASE =
  flagRows
    .filter(({ optional }) => !optional)
    .map(({ since = "" }) => since)
    .sort()
    .at(-1) ?? "";

/** Arguments of the triton container. */
export function tritonFlags(input: FlagInput): string[] {
  return flagRows
    .filter((row) => (row.when?.(input) ?? true) && (!row.optional || knows(input.release, row)))
    .map(({ flag, value }) => (value === undefined ? flag : `${flag}=${value(input)}`));
}

/** Container releases are year and month: the order of text is time's. */
const knows = (release: string | undefined, { since = "" }: FlagRow) => release !== undefined && release >= since;

const milliseconds = (seconds: number) => String(seconds * 1000);

function closed(): string {
  return `${CLOSED}:${ADMIN_HEADER}=$(${POD_UID})`;
}
