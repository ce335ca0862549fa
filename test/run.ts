/** `npm test`: every layer, and one plain line at the end. `npm test -- unit serving` runs some.
 *  A layer that cannot start counts as failed, never as passed or skipped. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import { freeGigabytes, requireRoomToBuild } from "../sandbox/disk";
import { Progress } from "../sandbox/progress";
import { compileAhead } from "./compileAhead";
import { type Counts, failed, NONE, sum } from "./counts";
import { type Layer, layers, type Setting } from "./layers";

/** They need the sandbox's programs. */
const IN_SANDBOX = ["exporter", "e2e"];
/** The layer that only computes, and the one that mostly waits, beside which it runs. */
const GUEST = "unit";
const HOST = "serving";

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in layers));
  if (unknown.length > 0)
    throw new Error(`no layer ${unknown.join(", ")}; there are ${Object.keys(layers).join(", ")}`);
  const log = new Progress(process.stdout);
  const chosen = new Map(Object.entries(layers).filter(([name]) => asked.length === 0 || asked.includes(name)));
  if (IN_SANDBOX.some((name) => chosen.has(name))) {
    requireRoomToBuild(cacheFolder());
    compileAhead({ metrics: chosen.has("e2e") });
  }
  let total = NONE;
  for (const [name, layer] of chosen) {
    if (name === GUEST && chosen.has(HOST)) continue;
    const guest = name === HOST ? chosen.get(GUEST) : undefined;
    const beside = guest === undefined ? undefined : runBeside(GUEST, guest, log);
    console.log(`\n=== ${name} ===`);
    total = sum(total, tell(name, await runLayer(name, layer, log)));
    if (beside !== undefined) total = sum(total, (await beside)());
  }
  const { passed, skipped, failures } = total;
  // Once more at the end: of a long log often only that is kept.
  for (const { test, why } of failures) console.log(`\nfailed: ${test}\n  ${why}`);
  const alsoSkipped = skipped > 0 ? `, ${skipped} skipped` : "";
  console.log(`\n${passed} passed, ${failures.length} failed${alsoSkipped}`);
  if (failures.length > 0 || passed === 0) process.exitCode = 1;
}

interface Outcome extends Counts {
  readonly seconds: number;
}

async function runLayer(name: string, layer: Layer, log: Progress, setting: Setting = {}): Promise<Outcome> {
  const started = Date.now();
  const counts = await layer(log, setting).catch((problem: Error): Counts => {
    console.error(problem.message);
    return failed(name, problem.message);
  });
  return { ...counts, seconds: Math.round((Date.now() - started) / 1000) };
}

/** Runs a layer in what another leaves of the cores. What it says is kept, and said by the function that comes out. */
async function runBeside(name: string, layer: Layer, log: Progress): Promise<() => Counts> {
  const folder = mkdtempSync(join(tmpdir(), "triton-bert-beside-"));
  const file = join(folder, "said");
  const out = openSync(file, "w");
  const outcome = await runLayer(name, layer, log, { out, last: true });
  closeSync(out);
  const said = readFileSync(file, "utf8");
  rmSync(folder, { recursive: true });
  return () => {
    console.log(`\n=== ${name} ===\n${said}`);
    return tell(name, outcome);
  };
}

function tell(name: string, outcome: Outcome): Counts {
  const { passed, failures, skipped, seconds } = outcome;
  console.log(`${name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped in ${seconds} s`);
  // A disk that fills up makes everything fail, and of that nothing says why.
  console.log(`${freeGigabytes(cacheFolder()).toFixed(1)} GB free`);
  return outcome;
}

main().catch((problem: Error) => {
  console.error(problem.message);
  process.exitCode = 1;
});
