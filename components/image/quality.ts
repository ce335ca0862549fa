/** The parity figures of an export, as the model's build wrote them. */
import { z } from "zod";
import type { Quality } from "../shared/outputs";

const report = z.object({
  maxLogitDifference: z.number(),
  labelAgreement: z.number(),
  texts: z.number(),
  gate: z.object({ maxLogitDifference: z.number() }),
  versions: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)),
});

/** @throws ZodError for what is no report */
export function parseQuality(json: unknown): Quality {
  const { gate, ...figures } = report.parse(json);
  return { ...figures, maxLogitDifferenceAllowed: gate.maxLogitDifference };
}
