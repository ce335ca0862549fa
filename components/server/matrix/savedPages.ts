/** What NVIDIA's pages state about releases and bulletins. In: the text of a saved page. Out: the fields of the facts that it states,
 *  and no others; what is odd about it, in words. */
import { z } from "zod";

/** Least driver of a CUDA major version. Source: NVIDIA, "CUDA Compatibility", section "Minor Version Compatibility". */
const LEAST_DRIVERS: Readonly<Record<string, string>> = { "11": "450", "12": "525", "13": "580" };

export interface ReleaseNote {
  readonly container: string;
  /** By the names that they have in triton-releases.yaml. */
  readonly fields: Readonly<Record<string, string>>;
  readonly odd: readonly string[];
}

export interface Advisory {
  readonly id: number;
  readonly date: string;
  readonly severity: string;
  readonly affected: readonly string[];
  readonly fixedIn: string;
  readonly worstCvss: number;
  readonly cves: readonly string[];
}

/** Of a release note, as HTML or as text; undefined for another page. Pages differ in their wording from year to year: "is based on
 *  CUDA 13.4.1 which requires the NVIDIA Driver release", "is based on NVIDIA CUDA 12.4, which requires NVIDIA Driver release 545". */
export function releaseNote(page: string): ReleaseNote | undefined {
  const said = plainText(page);
  const container = /Triton Inference Server Release (\d\d\.\d\d)/.exec(said)?.[1];
  if (container === undefined) return undefined;
  const cuda = /is based on (?:NVIDIA )?CUDA (\d+(?:\.\d+)+)/.exec(said)?.[1];
  const driver = /requires (?:the )?NVIDIA Driver release (\d{3})/.exec(said)?.[1];
  const [, speaksOf, capability] =
    /Release (\d\d\.\d\d) supports CUDA compute capability (\d+\.\d) and (?:later|higher)/.exec(said) ?? [];
  const major = cuda?.split(".")[0];
  const least = major === undefined ? undefined : LEAST_DRIVERS[major];
  const fields = {
    cuda,
    min_driver_release_note: driver,
    min_compute_capability: capability,
    cuda_major_min_driver: least,
  };
  const odd = [
    ...(speaksOf !== undefined && speaksOf !== container ? [`it speaks of ${speaksOf} where it names GPUs`] : []),
    ...(cuda === undefined ? ["it states no CUDA version"] : []),
    ...(capability === undefined ? ["it states no compute capability"] : []),
    ...(major !== undefined && least === undefined ? [`which driver CUDA ${major} needs is not known here`] : []),
  ];
  const stated = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { container, fields: Object.fromEntries(stated), odd };
}

const product = z.object({ name: z.string(), product_id: z.string() });

const csaf = z.object({
  document: z.object({
    title: z.string(),
    aggregate_severity: z.object({ text: z.string() }),
    tracking: z.object({ id: z.string().regex(/^\d+$/), initial_release_date: z.string() }),
  }),
  product_tree: z.unknown(),
  vulnerabilities: z.array(
    z.object({
      cve: z.string(),
      product_status: z.object({ fixed: z.array(z.string()), known_affected: z.array(z.string()) }),
      scores: z.array(z.object({ cvss_v3: z.object({ baseScore: z.number() }).optional() })),
    }),
  ),
});

/** Of an advisory in CSAF 2.0 on Triton; undefined for one on another product. Throws where it is none, or names no release. */
export function advisory(json: string): Advisory | undefined {
  const { document, product_tree, vulnerabilities } = csaf.parse(JSON.parse(json));
  if (!document.title.includes("Triton Inference Server")) return undefined;
  const names = new Map(productsIn(product_tree).map(({ product_id, name }) => [product_id, name]));
  const named = (ids: readonly string[]) => [...new Set(ids.map((id) => names.get(id) ?? id))];
  const fixed = named(vulnerabilities.flatMap(({ product_status }) => product_status.fixed)).sort();
  const fixedIn = fixed.at(-1)?.replace(/^[rv]/, "");
  if (fixedIn === undefined || !/^\d\d\.\d\d$/.test(fixedIn))
    throw new Error(
      `the advisory ${document.tracking.id} names no container release that fixes it, but ${fixed.join(", ")}`,
    );
  const scores = vulnerabilities.flatMap(({ scores }) => scores.map(({ cvss_v3 }) => cvss_v3?.baseScore ?? 0));
  return {
    id: Number(document.tracking.id),
    date: document.tracking.initial_release_date.slice(0, "2026-11-24".length),
    severity: document.aggregate_severity.text.toLowerCase(),
    affected: named(vulnerabilities.flatMap(({ product_status }) => product_status.known_affected)).sort(),
    fixedIn,
    worstCvss: Math.max(0, ...scores),
    cves: vulnerabilities.map(({ cve }) => cve),
  };
}

/** They lie at any depth of branches. */
function productsIn(tree: unknown): z.output<typeof product>[] {
  if (typeof tree !== "object" || tree === null) return [];
  const own = product.safeParse(tree);
  return [...(own.success ? [own.data] : []), ...Object.values(tree).flatMap(productsIn)];
}

function plainText(page: string): string {
  return page
    .replace(/<(script|style)\b.*?<\/\1>/gs, " ")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&nbsp;", " ")
    .replace(/\s+/g, " ");
}
