/** What a checkpoint consists of, where the names of its files are known at preview: what the exporter (bert_exporter/checkpoint.py)
 *  would miss, minutes later. */
import type { SourceRole } from "./storage";

/** The exporter's order of preference: safetensors, else PyTorch's own format. */
export const WEIGHTS = [/^model(-\d+-of-\d+)?\.safetensors$/, /^pytorch_model(-\d+-of-\d+)?\.bin$/];

/** What a model can't do without and `names` lack, in words; undefined where nothing is lacking. */
export function lackingFiles(names: readonly string[], role: SourceRole): string | undefined {
  if (role !== "model") return undefined;
  const config = names.includes("config.json") ? [] : ["config.json"];
  const weights = names.some((name) => WEIGHTS.some((kind) => kind.test(name))) ? [] : ["PyTorch weights"];
  const missing = [...config, ...weights];
  return missing.length === 0 ? undefined : missing.join(" and no ");
}
