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

/** graph.json, where the server image's build has made a graph of its own (images/server, cpu_graph and gpu_graph): of one that rounds,
 *  how it was held against fp32. */
const graph = z.object({ precision: z.string(), agreement: z.number().optional(), texts: z.number().optional() });

/** `graphJson`: undefined where the exported graph is served.
 *  @throws ZodError for what is no report */
export function parseQuality(json: unknown, graphJson?: unknown): Quality {
  const { gate, ...figures } = report.parse(json);
  const { precision, agreement, texts } = graph.optional().parse(graphJson) ?? {};
  const quality = { ...figures, maxLogitDifferenceAllowed: gate.maxLogitDifference };
  if (precision === undefined || agreement === undefined || texts === undefined) return quality;
  return { ...quality, rounded: { precision, labelAgreement: agreement, texts } };
}
