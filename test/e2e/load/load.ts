/** Load on a service from a second, cheap process (clients.py), which counts every request exactly. In: where to, and how
 *  many clients when. Out: totals, at any time and at the end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sleep } from "../../../sandbox/shell";

export interface LoadOptions {
  /** tritonclient: HTTP, by the official client. */
  readonly protocol: "http" | "grpc" | "tritonclient";
  /** host:port */
  readonly address: string;
  readonly model: string;
  /** Each with the label that it must get. */
  readonly texts: readonly (readonly [text: string, label: string])[];
  /** Age at which a client opens a new connection, as a pool does: a Service spreads connections, not requests, so that
   *  new pods get work by new connections only. 0: never. */
  readonly connectionSeconds: number;
}

/** Times of day, to be compared with the cluster's logs. */
interface Problem {
  readonly first: string;
  readonly last: string;
  readonly times: number;
}

export interface Totals {
  /** Sending now. */
  readonly clients: number;
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Opened so far. */
  readonly connections: number;
  /** By what failed requests saw. */
  readonly problems: Readonly<Record<string, Problem>>;
}

export class Load {
  private latest: Totals = { clients: 0, sent: 0, answered: 0, failed: 0, connections: 0, problems: {} };
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;

  /** `python` has the official tritonclient. */
  constructor(python: string, options: LoadOptions) {
    this.child = spawn(python, [join(__dirname, "clients.py")], { stdio: ["pipe", "pipe", "inherit"] });
    this.closed = once(this.child, "close");
    if (this.child.stdout)
      createInterface(this.child.stdout).on("line", (line) => {
        this.latest = JSON.parse(line) as Totals;
      });
    this.say(options);
  }

  get totals(): Totals {
    return this.latest;
  }

  /** From now on so many clients, each with a pause (seconds) after every answer. */
  clients(clients: number, pause = 0): void {
    this.say({ clients, pause });
  }

  /** A shape: so many clients for so long, one after another. */
  async shape(steps: readonly { readonly clients: number; readonly seconds: number; readonly pause?: number }[]) {
    for (const { clients, seconds, pause } of steps) {
      this.clients(clients, pause);
      await sleep(seconds * 1000);
    }
  }

  /** Sends no more, and waits for every answer. Repeatable. */
  async finish(): Promise<Totals> {
    this.child.stdin?.end();
    await this.closed;
    if (this.child.exitCode !== 0) throw new Error(`the load's process ended with ${this.child.exitCode}`);
    return this.latest;
  }

  private say(line: object): void {
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }
}
