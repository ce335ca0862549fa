/** What a pod needs of memory: the size of /dev/shm and the container's limit, which counts /dev/shm in.
 *  In: options, and the bytes of the model's weights where they are known (a local folder). Out: MiB, a problem where
 *  the numbers a user gave cannot hold, and a warning where a size had to be assumed.
 *  Measured on a pod of the pypi flavour with MiniLM-L6 (91 MB, 12 heads): 186 MiB idle; 1171 MiB after batches of 16 texts
 *  of 512 tokens, that is 62 MiB a text; /dev/shm 3 MiB (design.md saw up to 14). */
import { text } from "../shared/paths";
import type { Problem, Warning } from "../shared/problems";
import { mebibytes } from "../shared/quantity";
import { textMiB } from "./activations";
import type { Limits } from "./limits";
import { LEAST_SHM, LENGTH, type ResourcesOptions } from "./options";
import type { DecidedServing } from "./pipeline";

const MiB = 1024 * 1024;

/** Region that a python-backend process opens, and the step it grows by, MiB (python_backend, src/python.cc, since 23.02). */
const SHM_REGION = 1;
/** What /dev/shm is rounded up to, MiB, lest a diff show a megabyte more. */
const SHM_STEP = 16;
/** Bytes per token in /dev/shm: three int64 tensors (ids, mask, types). */
const TOKEN_BYTES = 3 * 8;

/** tritonserver, its backends, the python stubs and the probe before any model: MiB. With CUDA, its libraries and pinned
 *  memory too: estimated, not measured. */
const RUNTIME = { cpu: 384, gpu: 3072 };
/** The watch, the container's main process: MiB. */
const WATCH = 24;
/** What requests of the largest size take outside of /dev/shm while they are read, tokenised or refused, in requests: tried
 *  with 32 clients that sent nothing else (test/e2e/limits.test.ts). */
const LARGE_REQUESTS = 80;
/** While it loads, onnxruntime holds the file's bytes and its own prepacked weights at once. */
const WEIGHT_COPIES = 2;
/** Weights of a model whose size is unknown at preview (a Hub model), MiB: BERT-large in fp32 is 1278. */
const ASSUMED_MODEL = 1280;
/** From so many MiB on a model may have the heads of a BERT-large. */
const LARGE_MODEL = 800;

const MEMORY = ["resources", "memory"] as const;

export interface MemoryInput {
  /** The option `shm`, such as "128Mi"; absent: by formula. */
  readonly shm?: string;
  readonly resources: ResourcesOptions;
  readonly serving: Omit<DecidedServing, "limits">;
  readonly limits: Pick<Limits, "requestBytes" | "bodyBytes">;
  readonly device: "cpu" | "gpu";
  readonly choice: { readonly onnxBackend: "python" | "onnxruntime" };
  /** Bytes of the model's weights; absent: unknown, BERT-large is assumed. */
  readonly modelBytes?: number;
}

export interface MemoryPlan {
  readonly shmMiB: number;
  /** Request and limit. */
  readonly limitMiB: number;
  readonly problems: readonly Problem[];
  /** For the preview. */
  readonly warnings: readonly Warning[];
}

/** limit = runtime + large requests + weights while loading + activations + /dev/shm, up to the next 64 MiB. */
export function memoryPlan(input: MemoryInput): MemoryPlan {
  const shmMiB = input.shm === undefined ? shmByFormula(input) : mebibytes(input.shm);
  const { memory } = input.resources;
  if (memory === undefined) {
    const limitMiB = Math.ceil((serverMiB(input) + shmMiB) / 64) * 64;
    return {
      shmMiB,
      limitMiB,
      problems: [],
      warnings: input.modelBytes === undefined ? [warnOfAssumption(limitMiB)] : [],
    };
  }
  const limitMiB = mebibytes(memory);
  return {
    shmMiB,
    limitMiB,
    problems: tooSmall(input, shmMiB, limitMiB),
    warnings: warnOfLongTexts(input, shmMiB, limitMiB),
  };
}

/** Each python process (tokeniser, answers, and the model itself in the pypi flavour) keeps a region and twice a full
 *  batch, one being filled while the other is read. Where texts come in, a request may be as large as its body: 96 clients
 *  with bodies of 3.1 MB made that region 97 MiB at a batch of 16, 16 clients 49 MiB. */
function shmByFormula({ serving, limits: { bodyBytes } }: MemoryInput): number {
  const { pipeline, inProcess, maxBatchSize, maxLength = LENGTH, instances } = serving;
  // The model behind is no python process, but reads what the front has put there.
  const processes = pipeline === "fused" ? 1 + (inProcess ? 0 : instances) : 2 + instances;
  const tokens = (maxBatchSize * maxLength * TOKEN_BYTES) / MiB;
  const bodies = (maxBatchSize * bodyBytes) / MiB;
  const needed = processes * (SHM_REGION + 2 * tokens) + 2 * bodies;
  return Math.max(LEAST_SHM, Math.ceil(needed / SHM_STEP) * SHM_STEP);
}

/** Everything but /dev/shm, MiB. */
function serverMiB(input: MemoryInput): number {
  const { serving, choice, device, modelBytes, limits } = input;
  const base = RUNTIME[device] + WATCH + (LARGE_REQUESTS * limits.requestBytes) / MiB;
  const model = modelBytes === undefined ? ASSUMED_MODEL : modelBytes / MiB;
  // A session for one thread and one for all cores.
  const sessions = choice.onnxBackend === "python" && coresOf(input) > 1 ? 2 : 1;
  return base + serving.instances * (sessions * WEIGHT_COPIES * model + activationsMiB(input, model));
}

/** Of one instance. They live on the GPU where there is one. */
function activationsMiB(input: MemoryInput, modelMiB: number): number {
  const { serving, choice, device } = input;
  const { maxLength = LENGTH, maxBatchSize, runCosts, pipeline } = serving;
  if (device === "gpu") return 0;
  // What Python forms has no more tokens than this, or is a single text.
  const together = Math.max(1, Math.min(maxBatchSize, Math.floor((runCosts?.tokens ?? 0) / maxLength)));
  const short = textMiB(Math.min(maxLength, LENGTH));
  const long = maxLength > LENGTH ? textMiB(maxLength, modelMiB > LARGE_MODEL) : 0;
  if (choice.onnxBackend === "python") {
    // Each core has a run at a time, and one is alone; of those with a text over LENGTH there is one for all cores (sessions.py).
    return long === 0 ? (coresOf(input) + 1) * together * short : (coresOf(input) + 1) * short + together * long;
  }
  const largest = pipeline === "fused" ? together * long : maxBatchSize * long;
  return Math.max(maxBatchSize * short, largest);
}

const coresOf = ({ resources, serving }: MemoryInput): number =>
  Math.max(1, Math.floor(resources.cpu / serving.instances));

function warnOfAssumption(limitMiB: number): Warning {
  const said = `only its build will tell how big the model is; ${limitMiB} MiB fit a BERT-large, set this for another size`;
  return { path: MEMORY, text: said };
}

/** What one text may take is a guess as good as the model is like a BERT, so nothing is refused for it. */
function warnOfLongTexts(input: MemoryInput, shmMiB: number, limitMiB: number): Warning[] {
  const { maxLength = LENGTH } = input.serving;
  const needed = Math.ceil((serverMiB(input) + shmMiB) / 64) * 64;
  if (maxLength <= LENGTH || limitMiB >= needed) return [];
  const said = text`texts of ${maxLength} tokens may need ${needed} MiB, and a pod that runs out of its ${limitMiB} MiB is killed; give it as much, or lower ${["serving", "maxLength"]}`;
  return [{ path: MEMORY, text: said }];
}

function tooSmall({ resources, modelBytes, serving }: MemoryInput, shmMiB: number, limitMiB: number): Problem[] {
  const weights = modelBytes === undefined ? 0 : Math.ceil(modelBytes / MiB) * serving.instances;
  if (limitMiB > shmMiB + weights) return [];
  return [
    {
      path: MEMORY,
      got: resources.memory,
      because: `${limitMiB} MiB cannot hold /dev/shm (${shmMiB} MiB), which counts against it, and the weights (${weights} MiB)`,
      remedy: text`leave ${MEMORY} out to have it computed, or give more than ${shmMiB + weights} MiB`,
    },
  ];
}
