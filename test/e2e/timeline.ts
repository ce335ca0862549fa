/** What happens to a service while it scales, once a second. In: a service, and the load on it. Out: moments, in a file
 *  outside the checkout that bench/scaling_plots.py makes a plot of. */
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
  readonly moments: Moment[] = [];
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private readonly looks: Promise<void>[] = [];

  constructor(
    private readonly service: string,
    private readonly load: Load,
  ) {
    this.timer = setInterval(() => this.looks.push(this.look()), 1000);
  }

  /** Writes `scaling/<name>.json`; `about` is what a reader of the plot should know. */
  async finish(name: string, about: Readonly<Record<string, string | number>>): Promise<readonly Moment[]> {
    clearInterval(this.timer);
    await Promise.all(this.looks);
    const folder = join(cacheFolder(), "scaling");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ about, moments: this.moments }, null, 1)}\n`);
    return this.moments;
  }

  private async look(): Promise<void> {
    const t = Math.round((Date.now() - this.started) / 1000);
    const query = `sum(nv_inference_pending_request_count{namespace="${NAMESPACE}",pod=~"${this.service}-.*"})`;
    const [{ spec, status }, pending] = await Promise.all([deployment(this.service), promQuery(query)]);
    const { clients, answered, failed } = this.load.totals;
    const [replicas, ready] = [spec.replicas, status.readyReplicas ?? 0];
    this.moments.push({ t, clients, pending, replicas, ready, answered, failed });
  }
}
