/** Beside the wait of the Kubernetes provider, which says nothing until its time is over: tells at once what keeps a rollout from
 *  going on. In: what stands in the way, asked every few seconds. Out: each thing said once. It only reads, and ends nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Hindrance, hindranceText, Unreadable } from "./hindrance";

const PAUSE_MILLISECONDS = 4_000;

/** Runs until `isOver`. What was seen in one look only may be of the pods before, or on its way out. */
export async function watchRollout(
  look: () => Promise<readonly Hindrance[]>,
  say: (text: string) => void,
  isOver: () => boolean,
  pause = PAUSE_MILLISECONDS,
): Promise<void> {
  const said = new Set<string>();
  let before = new Set<string>();
  for (;;) {
    // Never what a program stays alive for.
    await sleep(pause, undefined, { ref: false });
    if (isOver()) return;
    try {
      const seen = await look();
      for (const hindrance of seen.filter(({ key }) => before.has(key) && !said.has(key))) {
        said.add(hindrance.key);
        say(`still waiting for the pods: ${hindranceText(hindrance)}`);
      }
      before = new Set(seen.map(({ key }) => key));
    } catch (problem) {
      // A cluster that does not answer for a moment is asked again.
      if (!(problem instanceof Unreadable)) continue;
      say(`what keeps pods from starting can't be told: ${problem.message}`);
      return;
    }
  }
}
