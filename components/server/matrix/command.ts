/** `npm run matrix`: prints what the support matrix says of every release on one GPU and driver, or takes newer pages into the facts. */
import { parseArgs } from "node:util";
import { didYouMean } from "../../shared/didYouMean";
import { gpusLike, type Target } from "../compatibility";
import { gpus } from "../facts";
import { cardOf } from "../supportMatrix";
import { refresh } from "./refresh";
import { leastDriver, newestFor, verdictRows } from "./verdicts";

const USAGE = `usage: npm run matrix -- [--gpu NAME | --compute-capability X.Y] [--driver BRANCH] [--all]
       npm run matrix -- refresh FOLDER`;
/** Older ones are the same story over and over. */
const SHOWN = 24;

export class UsageError extends Error {}

/** Text for the command line's arguments; throws UsageError. */
export function matrixText(args: readonly string[]): string {
  const { values, positionals } = parsed(args);
  const [command, folder, ...others] = positionals;
  if (command === "refresh" && folder !== undefined && others.length === 0) return refresh(folder).join("\n");
  if (command !== undefined) throw new UsageError(USAGE);
  const target = targetOf(values.gpu, values["compute-capability"], values.driver);
  const rows = verdictRows(target).slice(0, values.all ? undefined : SHOWN);
  const newest = newestFor(target);
  const table = rows.map(({ release, verdict, why }) => [
    release.container,
    verdict,
    release.triton ?? "",
    release.onnxruntime ?? "",
    release.python ?? "",
    target.card === undefined ? "" : leastDriver(release),
    why,
  ]);
  const where = target.card === undefined ? "a CPU" : `${target.card.called} (${target.card.computeCapability})`;
  const driver = target.card === undefined ? "" : `, driver ${target.driver ?? "unknown: taken to be new enough"}`;
  return [
    `On ${where}${driver}:`,
    newest === undefined ? "no release runs there" : `chosen: ${newest.release.container}${consent(newest.verdict)}`,
    "",
    ...columns([["release", "verdict", "Triton", "onnxruntime", "Python", "driver from", "why"], ...table]),
  ].join("\n");
}

const consent = (verdict: string) =>
  verdict === "insecure" ? ", only with server.ngc.allowInsecureRelease: true, since it has known CVEs" : "";

function parsed(args: readonly string[]) {
  const options = {
    gpu: { type: "string" },
    "compute-capability": { type: "string" },
    driver: { type: "string" },
    all: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (problem) {
    throw new UsageError(`${problem instanceof Error ? problem.message : problem}\n${USAGE}`);
  }
}

function targetOf(type?: string, computeCapability?: string, driver?: string): Target {
  if (type !== undefined && computeCapability !== undefined)
    throw new UsageError(`--gpu and --compute-capability exclude each other\n${USAGE}`);
  if (driver !== undefined && !/^\d{3}(\.\d+)*$/.test(driver))
    throw new UsageError(`--driver ${driver}: must be a driver branch such as 580`);
  if (computeCapability !== undefined && !/^\d{1,2}\.\d$/.test(computeCapability))
    throw new UsageError(`--compute-capability ${computeCapability}: must be one such as 8.9`);
  const card = type === undefined && computeCapability === undefined ? undefined : cardOf({ type, computeCapability });
  if (type !== undefined && card === undefined) throw new UsageError(unknown(type));
  return { card, driver };
}

function unknown(type: string): string {
  const names = gpus.map(({ name }) => name);
  const like = gpusLike(type).join(" or ") || didYouMean(type, names);
  return `--gpu ${type}: the support matrix has no such GPU; ${like ? `did you mean ${like}?` : `it has ${names.join(", ")}`}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function main(): void {
  try {
    console.log(matrixText(process.argv.slice(2)));
  } catch (problem) {
    if (!(problem instanceof UsageError)) throw problem;
    console.error(problem.message);
    process.exitCode = 2;
  }
}

if (require.main === module) main();
