/** `npm run doctor -- --stack gpu`: what stands in the way of an `up`, in one line each and in less than ten seconds. It only reads:
 *  the stack's file, the cluster by GETs, the registry's front door, this machine. Ends with 1 where something is bad. */
import { parseArgs } from "node:util";
import { apiServer } from "../components/kubernetes/apiClient";
import { contextAccess } from "../components/kubernetes/cluster";
import type { ClusterOptions } from "../components/kubernetes/options";
import { UserError } from "../components/shared/problems";
import { accessLines, partLines, prometheusLines } from "./cluster";
import { type Line, lineText, ok, within } from "./line";
import { nodeLines } from "./nodes";
import { dockerLines, registryLines } from "./runner";
import { readPatients } from "./stack";

const LIMIT_MILLISECONDS = 8_000;

const isBad = ({ mark }: Line): boolean => mark === "bad";

/** Pulumi's engine alone can look a cluster of EKS up. */
function contextOf({ context, eks }: ClusterOptions): string {
  if (context !== undefined) return context;
  const name = eks?.name ?? "";
  throw new UserError(
    `cluster.eks (${name}): the doctor reaches a cluster by a context alone; run aws eks update-kubeconfig --name ${name} --alias ${name}, then npm run doctor with --context ${name} as well`,
  );
}

async function main(): Promise<void> {
  const options = { stack: { type: "string", default: "dev" }, context: { type: "string" } } as const;
  const { values } = parseArgs({ options });
  const { cluster, patients } = readPatients(values.stack, process.cwd());
  const context = values.context ?? contextOf(cluster);
  const connected = apiServer(contextAccess(context));
  connected.catch(() => undefined); // told by each check
  const check = (of: string, look: () => Promise<Line[]>) => within(of, LIMIT_MILLISECONDS, look);
  const access = check("access", async () => accessLines(await connected, context, patients));
  const inCluster = [
    check("nodes", async () => nodeLines(await connected, patients)),
    check("parts", async () => partLines(await connected, patients)),
    check("Prometheus", async () => prometheusLines(await connected, patients)),
  ];
  const here = [check("Docker", () => dockerLines(patients)), check("registry", () => registryLines(patients))];
  const models = patients.map(({ key }) => key).join(", ");
  const lines = [ok("config", `Pulumi.${values.stack}.yaml: ${models}`), ...(await access)];
  // Each would only say again that nobody answers.
  if (!lines.some(isBad)) lines.push(...(await Promise.all(inCluster)).flat());
  lines.push(...(await Promise.all(here)).flat());
  for (const line of lines) console.log(lineText(line));
  // Whatever has not answered by now is not waited for.
  process.exit(lines.some(isBad) ? 1 : 0);
}

main().catch((problem: Error) => {
  console.error(problem.message);
  process.exit(1);
});
