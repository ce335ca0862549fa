/** The support matrix as data. In: facts/*.yaml, each field with its source. Out: typed rows, read once. A row that does
 *  not hold what the code needs fails here, at load, and never later as a wrong choice. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../shared/packageRoot";

/** A container release such as "26.07": year and month, so that plain string order is time's order. */
const container = z.string().regex(/^\d\d\.\d\d$/);

/** A field that the release's sources do not state is absent, never guessed. Strict: a field that nobody reads is refused. */
const releaseRow = z.strictObject({
  /** Where a field comes from, if not from where all rows have it. */
  source: z.record(z.string(), z.string()).optional(),
  container,
  triton: z.string().optional(),
  onnxruntime: z.string().optional(),
  python: z.string().optional(),
  cuda: z.string().optional(),
  /** What the release note asks for; see `cuda_major_min_driver`. */
  min_driver_release_note: z.string().optional(),
  min_compute_capability: z.string().optional(),
  /** Least driver branch of the release's CUDA major: harder than the release note's own number where the two differ. */
  cuda_major_min_driver: z.string().optional(),
  /** Absent: the image has it. */
  onnxruntime_backend: z.literal(false).optional(),
  ort_cuda_archs_x86_64: z.array(z.string().regex(/^\d+(-real|f|a)?$/)).optional(),
});

const gpuRow = z.strictObject({
  source: z.string().optional(),
  name: z.string(),
  compute_capability: z.string().regex(/^\d+\.\d$/),
});

const bulletinRow = z.object({
  id: z.number(),
  severity: z.string(),
  affected: z.array(z.string()),
  fixedIn: z.string(),
  cves: z.array(z.string()),
});

const titleRow = z.object({ id: z.number(), fixedIn: container });

export type Release = z.output<typeof releaseRow>;
export type Gpu = z.output<typeof gpuRow>;

/** A security bulletin of NVIDIA, its `fixedIn` read as a container release. */
export interface Bulletin {
  readonly id: number;
  readonly severity: string;
  readonly fixedIn: string;
  readonly cves: readonly string[];
  /** Set when the bulletin names single releases only; otherwise everything before `fixedIn` is affected. */
  readonly only?: readonly string[];
}

const releaseFacts = z
  .object({ sources: z.record(z.string(), z.string()), releases: z.array(releaseRow) })
  .parse(load("triton-releases.yaml"));

/** Triton's releases, oldest first. */
export const releases: readonly Release[] = releaseFacts.releases.sort((a, b) => (a.container < b.container ? -1 : 1));

const OF_THE_NOTE: readonly (keyof Release)[] = ["cuda", "min_driver_release_note", "min_compute_capability"];

/** Where a field of a release is stated; undefined where nothing says so. */
export function sourceOf(release: Release, field: keyof Release): string | undefined {
  const own = release.source?.[OF_THE_NOTE.includes(field) ? "release_note" : field];
  return own ?? releaseFacts.sources[field]?.replaceAll("<container>", release.container);
}

/** The Triton of the PyPI wheel nvidia-pytriton 0.7.0, and the container release that has the same. */
export const PYPI = z
  .object({ container, triton: z.string() })
  .parse(releases.find((release) => release.container === "24.10"));

const gpuFacts = z
  .object({ sources: z.object({ compute_capability: z.string() }), gpus: z.array(gpuRow) })
  .parse(load("gpus.yaml"));

export const gpus: readonly Gpu[] = gpuFacts.gpus;

/** Where a GPU's compute capability is stated. */
export const gpuSource = ({ source }: Gpu): string =>
  source ?? gpuFacts.sources.compute_capability.replace(/, or .*/, "");

export const bulletins: readonly Bulletin[] = loadBulletins();

function loadBulletins(): Bulletin[] {
  const rows = z
    .object({ bulletins: z.array(bulletinRow), knownByTitle: z.array(titleRow) })
    .parse(load("triton-security.yaml"));
  const published = rows.bulletins.map(({ affected, ...row }) => ({
    ...row,
    fixedIn: containerIn(row.fixedIn),
    ...(affected.every((range) => container.safeParse(range).success) ? { only: affected } : {}),
  }));
  const announced = rows.knownByTitle.map((row) => ({ ...row, severity: "unknown", cves: [] }));
  return [...announced, ...published];
}

/** "26.06" → 26.06; "2.40.0 (23.11)" → 23.11. */
function containerIn(fixedIn: string): string {
  const found = fixedIn.match(/(?:^|\()(\d\d\.\d\d)\)?$/)?.[1];
  if (found === undefined) throw new Error(`facts/triton-security.yaml: "${fixedIn}" names no container release`);
  return found;
}

function load(file: string): unknown {
  return parse(readFileSync(join(packageRoot(), "components", "server", "facts", file), "utf8"));
}
