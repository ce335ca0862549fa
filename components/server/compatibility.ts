/** Whether a release runs on a GPU with a driver, and whether it is secure. Pure questions to the facts; what to choose or
 *  refuse is supportMatrix.ts's. In: rows of the facts. Out: reasons, in words, or none. */
import { type Bulletin, bulletins, type Gpu, gpus, type Release, releases } from "./facts";

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

/** A release's fields that decide about a GPU; those it does not state come from the newest older release that does. */
export interface Requirements {
  readonly archs: readonly string[];
  readonly minDriver: number;
  readonly minComputeCapability: number;
  /** "its least driver, which was taken from 26.06", one for each field that was taken over. */
  readonly takenOver: readonly string[];
}

export function requirements(release: Release): Requirements {
  const archs = findStatement(release, "ort_cuda_archs_x86_64", "onnxruntime's CUDA architectures");
  const driver = findStatement(release, "cuda_major_min_driver", "least driver");
  const capability = findStatement(release, "min_compute_capability", "least compute capability");
  return {
    archs: archs.value,
    minDriver: Number(driver.value),
    minComputeCapability: Number(capability.value),
    takenOver: [archs, driver, capability].flatMap(({ from, what }) =>
      from === release.container ? [] : [`its ${what}, taken over from ${from}`],
    ),
  };
}

/** Why the GPU cannot run the release's onnxruntime kernels; undefined: it can. */
export function gpuObstacle(gpu: Gpu, { archs, minComputeCapability }: Requirements): string | undefined {
  const has = `the ${gpu.name} has compute capability ${gpu.compute_capability}`;
  if (Number(gpu.compute_capability) < minComputeCapability)
    return `${has}, the release needs ${minComputeCapability.toFixed(1)} or later`;
  if (!archs.some((arch) => runsOn(arch, gpu.compute_capability)))
    return `${has}, and the release's onnxruntime has kernels for ${archs.join(", ")} only`;
  return undefined;
}

/** Why the driver is too old for the release; undefined: it is not, or it is unknown. */
export function driverObstacle(driver: string | undefined, { minDriver }: Requirements): string | undefined {
  if (driver === undefined || Number.parseInt(driver, 10) >= minDriver) return undefined;
  return `it needs driver ${minDriver} or later, the nodes have ${driver}`;
}

/** NVIDIA, "CUDA Compatibility": code built for X.Y runs on GPUs of the same major X with an equal or higher minor; code
 *  of an `a` architecture on exactly that one. (`f`, a family, reaches what plain code of the same major does.) */
function runsOn(arch: string, computeCapability: string): boolean {
  const number = Number.parseInt(arch, 10);
  const capability = Math.round(Number(computeCapability) * 10);
  if (arch.endsWith("a")) return number === capability;
  return Math.floor(number / 10) === Math.floor(capability / 10) && number <= capability;
}

function findStatement<Field extends keyof Release>(release: Release, field: Field, what: string) {
  const older = releases.filter(({ container }) => container <= release.container).reverse();
  for (const candidate of older) {
    const value = candidate[field];
    if (value !== undefined) return { value: value as NonNullable<Release[Field]>, from: candidate.container, what };
  }
  throw new Error(`facts/triton-releases.yaml: no release up to ${release.container} states ${field}`);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, "");
}
