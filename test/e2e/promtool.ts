/** The real promtool, on series of a service `mood` in the namespace `shop`. In: a file of rules, or an expression, and what
 *  Prometheus has seen. Out: what promtool makes of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { cacheFolder } from "../../sandbox/cache";
import { prometheusModule } from "../../sandbox/metrics/toolchain/programs";
import { run } from "../../sandbox/shell";
import { ensurePrograms } from "../../sandbox/toolchain/builder";

/** Series name and labels → values in promtool's notation, one each 15 seconds. */
export type Series = Readonly<Record<string, string>>;
export type Labels = Readonly<Record<string, string>>;

/** Four requests a second, for half an hour. */
export const BUSY = "0+60x120";
export const NONE = "0x120";

export const POD = "mood-6d5f9c7b8-x2v4k";

/** A series as Prometheus has it, of a pod of the service if nothing else is said. */
export function seen(metric: string, labels: Labels): string {
  const all = { namespace: "shop", pod: POD, ...labels };
  const text = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  return `${metric}{${text.join(",")}}`;
}

const ofModel =
  (metric: string, more: Labels = {}) =>
  (labels: Labels = {}) =>
    seen(metric, { model: "mood", version: "1", ...more, ...labels });

export const answered = ofModel("nv_inference_request_success");
export const failed = ofModel("nv_inference_request_failure", { reason: "BACKEND" });
/** Answers of the public model that are errors, as the python models count them. */
export const faults = (labels: Labels = {}) =>
  seen("triton_bert_failures_total", { model: "mood", fault: "server", ...labels });
/** When a model was loaded. */
export const started = (labels: Labels = {}) => seen("triton_bert_start_time_seconds", { model: "mood", ...labels });
/** What waits inside a model, as the fused one says of itself. */
export const queuedInside = (labels: Labels = {}) =>
  seen("triton_bert_queue_duration_us", { model: "mood", ...labels });
export const pendingInside = (labels: Labels = {}) =>
  seen("triton_bert_pending_request_count", { model: "mood", ...labels });
export const queued = ofModel("nv_inference_queue_duration_us");
export const pending = ofModel("nv_inference_pending_request_count");

export class Promtool {
  private readonly folder = mkdtempSync(join(tmpdir(), "triton-bert-promtool-"));

  private constructor(private readonly program: string) {}

  static async ensure(): Promise<Promtool> {
    const { bin } = await ensurePrograms(prometheusModule, {
      cache: cacheFolder(),
      log: (line) => process.stderr.write(`${line}\n`),
      programs: ["promtool"],
    });
    return new Promtool(join(bin, "promtool"));
  }

  /** `spec` as a file of rules, checked. */
  async rules(spec: object): Promise<string> {
    writeFileSync(join(this.folder, "rules.yaml"), stringify(spec));
    return this.run("check", "rules", "rules.yaml");
  }

  /** Throws what promtool says, unless `expected` (promtool's own keys) holds on the series, by the rules said last. */
  async test(series: Series, expected: object): Promise<void> {
    const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    const test = { interval: "15s", input_series: input, ...expected };
    const file = { rule_files: ["rules.yaml"], evaluation_interval: "15s", fuzzy_compare: true, tests: [test] };
    writeFileSync(join(this.folder, "test.yaml"), stringify(file));
    await this.run("test", "rules", "test.yaml");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private run(...args: string[]): Promise<string> {
    return run(this.program, args, { cwd: this.folder, env: process.env });
  }
}
