/** What happens to a service while it scales, once a second. In: a service, and the load on it. Out: moments, in a file
 *  outside the checkout; `npm run bench -- scaling` makes the plots of docs/autoscaling.md of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../sandbox/cache";
import type { Load } from "./load/load";
import { deployment, promQuery } from "./scaling";
import { NAMESPACE } from "./support";

export interface Moment {
  /** Seconds since the start. */
  readonly t: number;
  readonly clients: number;
  /** Requests that wait in Triton's queues, over all pods, as Prometheus scraped it last. */
  readonly pending: number | undefined;
  /** Asked for by the autoscaler. */
  readonly replicas: number;
  readonly ready: number;
  readonly answered: number;
  readonly failed: number;
}

export class Timeline {
  private readonly moments: Moment[] = [];
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private readonly looks: Promise<void>[] = [];

  constructor(
    private readonly service: string,
    private readonly load: Load,
  ) {
    this.timer = setInterval(() => this.looks.push(this.look()), 1000);
  }

  /** Writes `scaling/<name>.json`, a line for each column; `about` is what a reader of the plot should know. */
  async finish(name: string, about: Readonly<Record<string, string | number>>): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.looks);
    await this.look();
    const folder = join(cacheFolder(), "scaling");
    mkdirSync(folder, { recursive: true });
    const names = Object.keys(this.moments[0] ?? {}) as (keyof Moment)[];
    const columns = names.map((column) => [column, this.moments.map((moment) => moment[column] ?? null)] as const);
    const lines = [["about", about] as const, ...columns].map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
    writeFileSync(join(folder, `${name}.json`), `{\n${lines.join(",\n")}\n}\n`);
  }

  private async look(): Promise<void> {
    const t = Math.round((Date.now() - this.started) / 1000);
    const of = `{namespace="${NAMESPACE}",pod=~"${this.service}-.*"}`;
    const query = `sum(nv_inference_pending_request_count${of} or triton_bert_pending_request_count${of})`;
    // In an outage of Prometheus nobody knows.
    const scraped = promQuery(query).catch(() => undefined);
    const [{ spec, status }, pending] = await Promise.all([deployment(this.service), scraped]);
    const { clients, answered, failed } = this.load.totals;
    const [replicas, ready] = [spec.replicas, status.readyReplicas ?? 0];
    this.moments.push({ t, clients, pending, replicas, ready, answered, failed });
  }
}
