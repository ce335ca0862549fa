/** One moving line for each long step, so that nobody has to guess whether a ten-minute build still lives.
 *
 *  In: a title and the work. Out: on a terminal a line that counts seconds and shows the step's latest detail, then
 *  "✓ title (12 s)"; elsewhere (CI, a pipe) one plain line at the start and one at the end. */
import type { WriteStream } from "node:tty";

const TICK_MS = 250;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Steps shorter than this are not worth a starting line in a log. */
const QUIET_MS = 1500;

export class Progress {
  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  /** Runs `work` and shows it; `update` replaces the detail behind the title. Rethrows what `work` throws. */
  async step<T>(title: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T> {
    const started = Date.now();
    let detail = "";
    let frame = 0;
    const draw = () => this.redraw(`${FRAMES[frame++ % FRAMES.length]} ${title} (${elapsed(started)}) ${detail}`);
    const announce = () => this.line(`· ${title} …`);
    const timer = this.out.isTTY ? setInterval(draw, TICK_MS) : setTimeout(announce, QUIET_MS);
    try {
      const result = await work((text) => {
        detail = text.replace(/\s+/g, " ").trim();
      });
      clearInterval(timer);
      this.line(`✓ ${title} (${elapsed(started)})`);
      return result;
    } catch (problem) {
      clearInterval(timer);
      this.line(`✗ ${title} (${elapsed(started)})`);
      throw problem;
    }
  }

  /** A plain line between steps. */
  line(text: string): void {
    this.out.write(this.out.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }

  private redraw(text: string): void {
    const width = (this.out as WriteStream).columns ?? 80;
    this.out.write(`\r\x1b[2K${text.slice(0, width - 1)}`);
  }
}

function elapsed(started: number): string {
  const seconds = Math.round((Date.now() - started) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
