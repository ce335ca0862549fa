/** The arguments of tritonserver, as rows: flag, value, and the first release that knows the flag. In: what a pod is.
 *  Out: the container's `args`. A serving test holds each row against the real `--help`; the support matrix refuses
 *  releases older than the newest of the rows.
 *
 *  Bare, Triton answers anyone who asks to map shared memory, to change its log level, to switch tracing on or to list and
 *  load models. Restricted, those answer only who shows a key. The key here is the pod's own UID, which the kubelet puts
 *  in: random for each pod, no input of any resource, so it is never in a diff or in Pulumi's state, and nobody outside
 *  the cluster's API can know it. */
import { PORTS } from "../names";

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
  /** Where it speaks HTTP. */
  readonly httpPort: number;
  readonly device: "cpu" | "gpu";
  readonly onnxBackend: "python" | "onnxruntime";
}

interface FlagRow {
  readonly flag: string;
  /** Absent: the flag stands alone. */
  readonly value?: (input: FlagInput) => string;
  /** First container release with the flag; absent where it is older than the newest of the others. */
  readonly since?: string;
  /** Absent: always. */
  readonly when?: (input: FlagInput) => boolean;
}

const onCpu = ({ device }: FlagInput) => device === "cpu";
const onnxruntimeOnCpu = ({ device, onnxBackend }: FlagInput) => device === "cpu" && onnxBackend === "onnxruntime";

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
  { flag: "--http-port", value: ({ httpPort }) => String(httpPort) },
  { flag: "--grpc-port", value: () => String(PORTS.grpc) },
  { flag: "--metrics-port", value: () => String(PORTS.metrics) },
  // A client that keeps its connection for ever would stay with a pod that goes, and never find one that has come. Over
  // HTTP Triton has no such means (kubernetes/httpProxy.ts). github.com/triton-inference-server/server: pull request 6639 of December 2023.
  {
    flag: "--grpc-max-connection-age",
    value: ({ connectionSeconds }) => milliseconds(connectionSeconds),
    since: "24.02",
  },
  {
    flag: "--grpc-max-connection-age-grace",
    value: ({ exitTimeoutSeconds }) => milliseconds(exitTimeoutSeconds),
    since: "24.02",
  },
  // github.com/triton-inference-server/server: release notes of 23.11 (pull request 6607); r23.04 docs for the gRPC twin.
  { flag: "--http-restricted-api", value: closed, since: "23.11" },
  { flag: "--grpc-restricted-protocol", value: closed, since: "23.04" },
  // Without CUDA these only make warnings.
  { flag: "--allow-gpu-metrics", value: () => "false", when: onCpu },
  { flag: "--pinned-memory-pool-byte-size", value: () => "0", when: onCpu },
  // onnxruntime ignores CPU quotas: without a number it starts a thread for each core of the node.
  { flag: "--backend-config", value: () => "onnxruntime,enable-global-threadpool=1", when: onnxruntimeOnCpu },
  {
    flag: "--backend-config",
    value: () => `onnxruntime,intra_op_thread_count=$(${CPU_LIMIT})`,
    when: onnxruntimeOnCpu,
  },
  { flag: "--backend-config", value: () => "onnxruntime,inter_op_thread_count=1", when: onnxruntimeOnCpu },
];

/** The oldest release that takes every flag above. */
export const OLDEST_RELEASE =
  flagRows
    .map(({ since = "" }) => since)
    .sort()
    .at(-1) ?? "";

/** Arguments of the triton container. */
export function tritonFlags(input: FlagInput): string[] {
  return flagRows
    .filter(({ when }) => when?.(input) ?? true)
    .map(({ flag, value }) => (value === undefined ? flag : `${flag}=${value(input)}`));
}

const milliseconds = (seconds: number) => String(seconds * 1000);

function closed(): string {
  return `${CLOSED}:${ADMIN_HEADER}=$(${POD_UID})`;
}
