/** Whether a release runs on a GPU with a driver, and whether it is secure. Pure questions to the facts; what to choose or
 *  refuse is supportMatrix.ts's. In: rows of the facts. Out: reasons with their sources, or none. */
import { type Bulletin, bulletins, type Gpu, gpus, type Release, releases, sourceOf } from "./facts";
import { OLDEST_RELEASE } from "./tritonFlags";

/** Oldest release without a known CVE: the newest `fixedIn` of the bulletins. */
export const minSecure =
  bulletins
    .map(({ fixedIn }) => fixedIn)
    .sort()
    .at(-1) ?? "";

/** The bulletins that affect the container release, newest fix first. */
export function bulletinsOf(container: string): Bulletin[] {
  return bulletins.filter(({ fixedIn, only }) => container < fixedIn && (only?.includes(container) ?? true));
}

/** "11 security bulletins, 3 of them critical (CVE-…, CVE-… and 40 more)", or undefined for a secure release. */
export function knownCves(container: string): string | undefined {
  const found = bulletinsOf(container);
  if (found.length === 0) return undefined;
  const critical = found.filter(({ severity }) => severity === "critical");
  const cves = [...new Set([...critical, ...found].flatMap((bulletin) => bulletin.cves))];
  const shown = cves.length > 2 ? `${cves.slice(0, 2).join(", ")} and ${cves.length - 2} more` : cves.join(", ");
  return [
    `${found.length} security bulletin${found.length === 1 ? "" : "s"} of NVIDIA`,
    ...(critical.length > 0 ? [`, ${critical.length} of them critical`] : []),
    ...(shown === "" ? [] : [` (${shown})`]),
  ].join("");
}

/** The GPU of that name, in any case, spaces and hyphens alike. */
export function findGpu(name: string): Gpu | undefined {
  return gpus.find((gpu) => plain(gpu.name) === plain(name));
}

/** GPUs whose name begins as `name` does: "A100" → A100-40GB, A100-80GB. */
export function gpusLike(name: string): string[] {
  return gpus.map((gpu) => gpu.name).filter((candidate) => plain(candidate).startsWith(plain(name)));
}

/** A GPU as far as releases differ about it. */
export interface Card {
  /** "the L4", or "the GPU" where only its compute capability is known. */
  readonly called: string;
  readonly computeCapability: string;
}

/** What a server shall run on. */
export interface Target {
  /** Undefined: the CPU. */
  readonly card?: Card | undefined;
  /** Undefined: unknown, any is assumed to be new enough. */
  readonly driver?: string | undefined;
}

export interface Obstacle {
  readonly because: string;
  readonly source?: string | undefined;
}

export const obstacleText = ({ because, source }: Obstacle): string =>
  source === undefined ? because : `${because} (${source})`;

/** Why the release can't serve there: first what rules it out everywhere, then the GPU, then the driver. Undefined: it can. */
export function obstacle(release: Release, { card, driver }: Target): Obstacle | undefined {
  if (release.container < OLDEST_RELEASE)
    return {
      because: `it cannot close its administrative endpoints, or not tell gRPC clients to connect anew, which takes ${OLDEST_RELEASE} or later`,
    };
  if (release.onnxruntime_backend === false)
    return { because: "its image has no onnxruntime backend", source: sourceOf(release, "onnxruntime_backend") };
  if (card === undefined) return undefined;
  return gpuObstacle(card, release) ?? driverObstacle(driver, release);
}

/** Why the GPU cannot run the release's onnxruntime kernels; undefined: it can. */
export function gpuObstacle({ called, computeCapability }: Card, release: Release): Obstacle | undefined {
  const has = `${called} has compute capability ${computeCapability}`;
  const least = stated(release, "min_compute_capability");
  if (Number(computeCapability) < Number(least.value))
    return { because: `${has}, the release needs ${least.value} or later`, source: least.source };
  const archs = stated(release, "ort_cuda_archs_x86_64");
  if (archs.value.some((arch) => runsOn(arch, computeCapability))) return undefined;
  const because = `${has}, and the release's onnxruntime has kernels for ${archs.value.join(", ")} only`;
  return { because, source: archs.source };
}

/** Why the driver is too old for the release; undefined: it is not, or it is unknown. */
export function driverObstacle(driver: string | undefined, release: Release): Obstacle | undefined {
  const least = stated(release, "cuda_major_min_driver");
  if (driver === undefined || Number.parseInt(driver, 10) >= Number(least.value)) return undefined;
  return { because: `it needs driver ${least.value} or later, the nodes have ${driver}`, source: least.source };
}

/** Fields that decide, by whether there is a GPU: what is built, and what runs. */
const DECISIVE = {
  cpu: { python: "Python" },
  gpu: {
    python: "Python",
    ort_cuda_archs_x86_64: "onnxruntime's CUDA architectures",
    cuda_major_min_driver: "least driver",
    min_compute_capability: "least compute capability",
  },
} as const;

/** What the choice of a release rests on though its sources do not state it: "its least driver, taken over from 26.06". */
export function takenOver(release: Release, { card }: Target): string[] {
  return Object.entries(DECISIVE[card === undefined ? "cpu" : "gpu"]).flatMap(([field, what]) => {
    const { from } = stated(release, field as keyof typeof DECISIVE.gpu);
    return from === release.container ? [] : [`its ${what}, taken over from ${from}`];
  });
}

/** A field of a release, or of the newest older one that states it. */
export function stated<Field extends keyof Release>(release: Release, field: Field) {
  const older = releases.filter(({ container }) => container <= release.container).reverse();
  for (const candidate of older) {
    const value = candidate[field];
    if (value !== undefined)
      return {
        value: value as NonNullable<Release[Field]>,
        from: candidate.container,
        source: sourceOf(candidate, field),
      };
  }
  throw new Error(`facts/triton-releases.yaml: no release up to ${release.container} states ${field}`);
}

/** NVIDIA, "CUDA Compatibility": code built for X.Y runs on GPUs of the same major X with an equal or higher minor; code
 *  of an `a` architecture on exactly that one. (`f`, a family, reaches what plain code of the same major does.) */
function runsOn(arch: string, computeCapability: string): boolean {
  const number = Number.parseInt(arch, 10);
  const capability = Math.round(Number(computeCapability) * 10);
  if (arch.endsWith("a")) return number === capability;
  return Math.floor(number / 10) === Math.floor(capability / 10) && number <= capability;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, "");
}
