/** `npm run metrics`: the sandbox with a metrics pipeline, for trying autoscalers by hand. */
import { cacheFolder } from "../cache";
import { embeddedEnvironment } from "../embeddedEnvironment";
import { Progress } from "../progress";
import { metricsUp } from "./pipeline";

async function main(): Promise<void> {
  const log = new Progress(process.stdout);
  const { kubectl } = await embeddedEnvironment(log);
  const { prometheus, rulesFile } = await metricsUp({ cache: cacheFolder(), kubectl, log });
  log.line(`  Prometheus             ${prometheus}`);
  log.line(`  prometheus-adapter     ${rulesFile} holds the rules of its stand-in`);
  log.line("  KEDA and metrics-server answer through the API server. `npm run stop` ends it all.");
}

main().catch((problem: Error) => {
  console.error(`\n${problem.message}`);
  process.exitCode = 1;
});
