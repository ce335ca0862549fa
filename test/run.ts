/** `npm test`: every layer, one after another, and one plain line at the end. `npm test -- unit serving` runs some.
 *  A layer that cannot start counts as failed, never as passed or skipped. */
import { cacheFolder } from "../sandbox/cache";
import { freeGigabytes, requireRoomToBuild } from "../sandbox/disk";
import { Progress } from "../sandbox/progress";
import { compileAhead } from "./compileAhead";
import { type Counts, type Layer, layers, sum } from "./layers";

/** They need the sandbox's programs. */
const IN_SANDBOX = ["exporter", "e2e"];

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in layers));
  if (unknown.length > 0)
    throw new Error(`no layer ${unknown.join(", ")}; there are ${Object.keys(layers).join(", ")}`);
  const log = new Progress(process.stdout);
  const chosen = Object.entries(layers).filter(([name]) => asked.length === 0 || asked.includes(name));
  if (chosen.some(([name]) => IN_SANDBOX.includes(name))) {
    requireRoomToBuild(cacheFolder());
    compileAhead();
  }
  let total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, layer] of chosen) total = sum(total, await runLayer(name, layer, log));
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

async function runLayer(name: string, layer: Layer, log: Progress): Promise<Counts> {
  const started = Date.now();
  console.log(`\n=== ${name} ===`);
  const counts = await layer(log).catch((problem: Error): Counts => {
    console.error(problem.message);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  const seconds = Math.round((Date.now() - started) / 1000);
  const { passed, failed, skipped } = counts;
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
  // A disk that fills up makes everything fail, and of that nothing says why.
  console.log(`${freeGigabytes(cacheFolder()).toFixed(1)} GB free`);
  return counts;
}

main().catch((problem: Error) => {
  console.error(problem.message);
  process.exitCode = 1;
});
