/** What a user may say about the server: which Triton, on which GPU, how it batches, starts and stops. Each option's text,
 *  type, unit, bound and default stand here once; validation, TypeScript type, editor schema and docs come from it. */
import { z } from "zod";
import { wireContract } from "../shared/contract";
import { exactlyOneOf } from "../shared/exactlyOneOf";
import { imageReference, imageRepository } from "../shared/imageReference";
import { mebibytes } from "../shared/quantity";
import { PYPI } from "./facts";

const { bounds, defaults } = wireContract();
const { maxBatchSize, maxLength } = bounds;

/** Bytes of text for each token that the model reads. Generous: English has 4 to 5, scripts of three bytes a character
 *  with long words about 20. */
export const BYTES_PER_TOKEN = 128;
/** Tokens that a text is cut to where nothing is said, of a model that takes more. */
export const LENGTH = defaults.maxLength;
/** Texts that Triton may join where nothing is said. */
export const BATCH = 16;
/** Seconds that a request may wait. Clients that give up sooner are many; who waits longer asks a server that can't keep up. */
export const WAIT_SECONDS = 10;
/** Kubernetes' own default for /dev/shm is 64 MiB, the container runtimes' too; less has no use. */
export const LEAST_SHM = 64;

/** MiB; the largest machines of the clouds have half of it. */
const MOST_MEMORY = 64 * 1048576;

/** A Kubernetes quantity of bytes, in the two units people use for memory. */
const memoryQuantity = z
  .string()
  .regex(/^[1-9]\d*(Mi|Gi)$/, { error: "must be a whole number of Mi or Gi, such as 512Mi", abort: true })
  .refine((text) => mebibytes(text) <= MOST_MEMORY, `is more than any node has (${MOST_MEMORY / 1048576}Ti)`)
  .meta({ remedy: "write it such as 512Mi or 2Gi" });

export const serverOptions = exactlyOneOf({
  ngc: z
    .strictObject({
      release: z
        .string()
        .regex(/^\d\d\.\d\d$/, 'must be a container release of NVIDIA Triton in quotes, such as "26.07"')
        .meta({ remedy: 'write year.month in quotes, such as "26.07", or leave it out' })
        .optional()
        .describe("Container release. Default: the newest secure one that runs on the given GPU and driver."),
      repository: imageRepository
        .default("nvcr.io/nvidia/tritonserver")
        .describe("Repository of NVIDIA's image, for those who mirror it; the tag is <release>-py3."),
      allowInsecureRelease: z
        .boolean()
        .default(false)
        .describe("Accept a release that NVIDIA's security bulletins list as affected. Old GPUs run on no other."),
    })
    .describe("NVIDIA's own release, cut down to what serves. For production, on CPU and GPU."),
  image: z
    .strictObject({ ref: imageReference.describe("Image reference, best with a digest.") })
    .describe(
      "A base of your own: tritonserver on PATH, the python backend and for a GPU the onnxruntime one in /opt/tritonserver/backends, python3 3.10 to 3.12 with pip, and no numpy 2. Its build checks that.",
    ),
  pypi: z
    .strictObject({})
    .describe(
      `A slim Python base with the Triton ${PYPI.triton} that the PyPI wheel nvidia-pytriton carries. Dev and tests only: it has known CVEs.`,
    ),
});

/** What NVIDIA's device plugin calls a whole GPU. */
export const WHOLE_GPU = "nvidia.com/gpu";

/** Which of its names a GPU has: exactly one of them is said. */
export const GPU_NAMES = ["type", "computeCapability"] as const;

export const gpuOptions = z.strictObject({
  type: z.string().optional().describe("GPU model of docs/support-matrix.md, in any case, such as L4."),
  computeCapability: z
    .string()
    .regex(/^\d{1,2}\.\d$/, 'must be a compute capability in quotes, such as "8.9"')
    .meta({ remedy: 'write it in quotes, such as "8.9"; NVIDIA lists them at developer.nvidia.com/cuda-gpus' })
    .optional()
    .describe("Instead of type, for a GPU that has no row there: its CUDA compute capability."),
  driver: z
    .string()
    .regex(/^\d{3}(\.\d+)*$/, 'must be a driver branch in quotes, such as "580"')
    .meta({ remedy: 'write it in quotes, such as "580"; nvidia-smi shows it on a node' })
    .optional()
    .describe("NVIDIA driver branch of the nodes. Default: unknown, any is assumed to be new enough."),
  count: z.int().min(1).max(16).default(1).describe("GPUs for each pod."),
  spare: z
    .int()
    .min(0)
    .max(16000)
    .default(0)
    .describe(
      "Free GPUs a rollout may use. 0: the old pod goes before the new one comes, which is downtime with one replica.",
    ),
  resource: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/, "must be an extended resource's name")
    .meta({ remedy: `write domain/name, such as ${WHOLE_GPU}, nvidia.com/gpu.shared or nvidia.com/mig-1g.10gb` })
    .optional()
    .describe(
      `Name of the extended resource that the device plugin offers: a whole GPU, a share such as nvidia.com/gpu.shared, a MIG slice such as nvidia.com/mig-1g.10gb, or another vendor's. Default: ${WHOLE_GPU}.`,
    ),
  claimTemplate: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "must be the name of an object")
    .meta({ remedy: "write the template's metadata.name" })
    .optional()
    .describe(
      "Name of a ResourceClaimTemplate in the namespace, by which each pod gets its GPUs instead of by gpu.resource (dynamic resource allocation, Kubernetes 1.34 or newer); gpu.count says how many it asks for.",
    ),
  products: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/, "must be the value of a label")
        .meta({ remedy: "write it as kubectl get nodes -L nvidia.com/gpu.product shows it" }),
    )
    .default([])
    .describe(
      "Nodes whose label nvidia.com/gpu.product, which GPU Feature Discovery sets once a node is there, is one of these, such as NVIDIA-L4; for nodes that come on demand choose by placement.nodeSelector. Default: any.",
    ),
});

export const limitsOptions = z.strictObject({
  textBytes: z
    .int()
    .min(512)
    .max(1048576)
    .optional()
    .describe(
      `Bytes of one text that are read, in UTF-8. A longer text is cut where that gives the same tokens, otherwise it is refused with 400. Default: ${BYTES_PER_TOKEN} for each token of serving.maxLength, ${BYTES_PER_TOKEN * LENGTH} without one.`,
    ),
  requestBytes: z
    .int()
    .min(512)
    .max(16777216)
    .default(1048576)
    .describe("Bytes of all texts of one request together, in UTF-8. A larger request is refused with 400."),
  waitSeconds: z
    .number()
    .min(0.1)
    .max(600)
    .optional()
    .describe(
      `Seconds a request may wait for its turn before it is refused with 503; a client's own timeout may shorten it. Default: ${WAIT_SECONDS}, or rollout.longestRequestSeconds if that is less.`,
    ),
  waitingRequests: z
    .int()
    .min(1)
    .max(100000)
    .default(1000)
    .describe("Requests that may wait at a time; more are refused with 503."),
});

export const servingOptions = z.strictObject({
  pipeline: z
    .enum(["ensemble", "fused"])
    .optional()
    .describe(
      "How a text is answered. ensemble: by four models, each callable by itself. fused: by one that joins texts of like length; on a CPU it runs the graph itself, without padding and on all cores, on a GPU in model_onnx behind it. Default: fused on a CPU with one instance, otherwise ensemble.",
    ),
  maxBatchSize: z
    .int()
    .min(maxBatchSize[0])
    .max(maxBatchSize[1])
    .optional()
    .describe(
      `Texts Triton may join into one run of model_onnx, and the most that one request may have. More raises throughput and the slowest answer, and costs memory. Default: ${BATCH}; where maxLength is over ${LENGTH} and the C++ backend gets batches as Triton forms them, as many of such texts as take no more memory than ${BATCH} of ${LENGTH} tokens.`,
    ),
  maxLength: z
    .int()
    .min(maxLength[0])
    .max(maxLength[1])
    .optional()
    .describe(
      `Tokens a text is truncated to; more than model and tokenizer take is refused. Time and memory for a long text grow with its square. Default: the smaller limit of model and tokenizer, at most ${LENGTH}; of a model that takes more, that is told.`,
    ),
  instances: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe("Copies of model_onnx in one server, with a GPU on each GPU; CPU threads are shared out between them."),
  runCosts: z
    .strictObject({
      call: z
        .int()
        .min(1)
        .max(4096)
        .describe("What a run of the graph costs whatever it brings, in tokens of padding."),
      tokens: z.int().min(8).max(65536).describe("Texts × tokens of the longest that one run may have."),
    })
    .optional()
    .describe(
      "How the fused pipeline forms batches. Default: on a CPU measured by each server when it starts, and logged; on a GPU an estimate.",
    ),
  limits: limitsOptions
    .prefault({})
    .describe("What one client may ask of a server, so that no request takes it down or holds up all others."),
});

export const precisionOptions = z
  .enum(["fp32", "fp16", "int8"])
  .default("fp32")
  .describe(
    "Numbers that the graph computes with. fp16: for a GPU, half the memory and the GPU's own matrix units. int8: twice as quick on a CPU with VNNI, in the fused pipeline only. A model of which too many labels change is refused (qualityGate.labelAgreement).",
  );

export const rolloutOptions = z.strictObject({
  startupSeconds: z
    .int()
    .min(10)
    .max(3600)
    .default(300)
    .describe("Seconds a pod may take until its golden examples are answered rightly."),
  pullSeconds: z
    .int()
    .min(0)
    .max(7200)
    .default(600)
    .describe("Seconds allowed for scheduling and pulling the image, on top."),
  endpointDelaySeconds: z
    .int()
    .min(0)
    .max(120)
    .default(5)
    .describe("Seconds a stopping pod still serves while its address leaves the Services (preStop sleep)."),
  longestRequestSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(25)
    .describe("Seconds that requests in flight get to end (tritonserver --exit-timeout-secs)."),
  verify: z
    .boolean()
    .default(true)
    .describe(
      "While `up` waits for the pods, say what keeps them from starting, and wait until the last old pod is replaced. It only reads; without `cluster` nothing is asked.",
    ),
});

export const resourcesOptions = z.strictObject({
  cpu: z.number().min(0.1).max(256).default(2).describe("CPU cores, request and limit alike."),
  memory: memoryQuantity
    .optional()
    .describe("Memory limit and request, such as 2Gi. Default: by formula (runtime + model × instances + /dev/shm)."),
});

export const shmOptions = memoryQuantity
  .refine((text) => mebibytes(text) >= LEAST_SHM, `must be at least ${LEAST_SHM}Mi`)
  .optional()
  .describe(
    `Size of the memory volume on /dev/shm, counted in the memory limit. Default: by formula, at least ${LEAST_SHM}Mi.`,
  );

export type ServerOptions = z.output<typeof serverOptions>;
export type GpuOptions = z.output<typeof gpuOptions>;
export type ServingOptions = z.output<typeof servingOptions>;
export type Precision = z.output<typeof precisionOptions>;
export type RolloutOptions = z.output<typeof rolloutOptions>;
export type ResourcesOptions = z.output<typeof resourcesOptions>;
