/** Go programs take half an hour of two cores the first time, and the layers before those that need them mostly wait: so they
 *  are compiled beside, where nothing else wants the cores. Who needs a program waits for it at the builder's lock, and compiles
 *  what this could not; so what goes wrong here is told there. Ends with the process that has started it. */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { cacheFolder } from "../sandbox/cache";
import { kedaModule, prometheusModule } from "../sandbox/metrics/toolchain/programs";
import { toolchainModule } from "../sandbox/toolchain/build";
import { ensurePrograms, type GoModule } from "../sandbox/toolchain/builder";

const METRICS = "metrics";
/** Niceness counts within a session alone; among sessions that of the session does. Source: sched(7), "The autogroup feature". */
const LAST_IN_LINE = 'echo 19 > /proc/self/autogroup 2>/dev/null; exec nice -n 19 "$@"';

/** `metrics`: Prometheus and KEDA as well. */
export function compileAhead({ metrics }: { readonly metrics: boolean }): void {
  const command = [process.execPath, "--import", "tsx", __filename, ...(metrics ? [METRICS] : [])];
  const child = spawn("sh", ["-c", LAST_IN_LINE, "sh", ...command], {
    cwd: join(__dirname, ".."),
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.once("error", () => {}); // nothing is compiled, then
  child.unref();
  (child.stdin as Socket).unref();
}

async function compile(): Promise<void> {
  // The pipe is closed when whoever holds its other end has ended, in whatever way. The compiler is of the same group.
  process.stdin.once("end", () => process.kill(-process.pid, "SIGTERM")).resume();
  const build = <Name extends string>(module: GoModule<Name>) =>
    ensurePrograms(module, { cache: cacheFolder(), log: () => {}, programs: Object.keys(module.programs) as Name[] });
  await build(toolchainModule);
  if (!process.argv.includes(METRICS)) return;
  await build(kedaModule);
  await build(prometheusModule);
}

if (require.main === module) {
  compile().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
