/** The parity figures of an export, read back from the model image: its last layer is quality.json alone. In: the image by
 *  digest and the registry's login. Out: the figures, or why there are none; a report that can't be read never breaks `up`,
 *  for the gate has been held in the build. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Quality } from "../shared/outputs";
import type { Registry } from "./registries/registry";
import { type Login, lastLayer } from "./registryClient";

const LIMIT_MILLISECONDS = 5_000;
const REPORT = "quality.json";
/** POSIX.1, pax: header and content come in blocks of this size. */
const TAR_BLOCK = 512;

const report = z.object({
  maxLogitDifference: z.number(),
  labelAgreement: z.number(),
  texts: z.number(),
  gate: z.object({ maxLogitDifference: z.number() }),
  versions: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)),
});

/** Reads the report of the model image `digest` (repository@sha256:…). Unknown in a preview that will build the image. */
export function quality(digest: pulumi.Output<string>, registry: Registry): pulumi.Output<Quality> {
  const read = digest.apply((reference) =>
    pulumi.output(registry.loginForReading()).apply((login) => readQuality(reference, login)),
  );
  // The figures are no secret, though a password helped to fetch them.
  return pulumi.unsecret(read);
}

/** Never rejects. */
export async function readQuality(reference: string, login: Login | undefined): Promise<Quality> {
  try {
    const layer = await lastLayer(reference, login, AbortSignal.timeout(LIMIT_MILLISECONDS));
    const { gate, ...figures } = report.parse(JSON.parse(fileInTar(layer, REPORT).toString("utf8")));
    return { ...figures, maxLogitDifferenceAllowed: gate.maxLogitDifference };
  } catch (problem) {
    return { unavailable: `${REPORT} of the model image could not be read: ${reason(problem)}` };
  }
}

/** One line, and of a failed `fetch` its cause, for its own message says nothing. */
function reason(problem: unknown): string {
  if (problem instanceof z.ZodError) return "not in the form that this version knows";
  if (!(problem instanceof Error)) return String(problem);
  if (problem.name === "TimeoutError") return `no answer within ${LIMIT_MILLISECONDS / 1000} s`;
  return problem.cause instanceof Error ? reason(problem.cause) : problem.message;
}

/** The content of `name` in a tar archive. */
export function fileInTar(archive: Buffer, name: string): Buffer {
  const field = (start: number, length: number): string =>
    archive
      .toString("latin1", start, start + length)
      .replace(/\0.*$/s, "")
      .trim();
  for (let at = 0; at + TAR_BLOCK <= archive.length; ) {
    const size = Number.parseInt(field(at + 124, 12) || "0", 8);
    const content = at + TAR_BLOCK;
    if (field(at, 100).replace(/^\.?\//, "") === name) return archive.subarray(content, content + size);
    at = content + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  throw new Error(`the last layer holds no ${name}`);
}
