/** iptables, read and cleaned: dockerd, kube-proxy and the CNI plugins all write rules, and none takes all of them back.
 *
 *  In: what the machine had before. Out: the same again. Rules of others are never flushed: only chains that were not
 *  there before, and rules that jump to them or name our bridges and networks. */
import { NETWORKS } from "./layout";
import { run, succeeds } from "./shell";

export const FAMILIES = ["iptables", "ip6tables"] as const;
export type Family = (typeof FAMILIES)[number];
/** Table → its lines, as iptables-save prints them. */
export type Rules = ReadonlyMap<string, readonly string[]>;

const OURS = /^(KUBE-|CNI-|DOCKER)/;
const WAIT = ["-w", "10"];

/** Chains whose names any Docker or Kubernetes uses. */
export function isSharedChain(chain: string): boolean {
  return OURS.test(chain);
}

export async function rulesOf(family: Family): Promise<Rules> {
  const tables = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of (await run(`${family}-save`, []).catch(() => "")).split("\n")) {
    if (line.startsWith("*")) {
      lines = [];
      tables.set(line.slice(1), lines);
    } else if (/^[:-]/.test(line)) lines.push(line);
  }
  return tables;
}

export function chainsOf(rules: Rules): Record<string, string[]> {
  return Object.fromEntries(
    [...rules].map(([table, lines]) => [table, lines.filter((line) => line.startsWith(":")).map(chainOf)]),
  );
}

export function forwardPolicy(rules: Rules): string {
  const line = rules.get("filter")?.find((text) => text.startsWith(":FORWARD "));
  return line?.split(" ")[1] ?? "ACCEPT";
}

/** Removes what the sandbox's programs added. `keep`: chains per table that belong to others. */
export async function cleanFirewall(family: Family, keep: Record<string, string[]>, forward: string): Promise<void> {
  const rules = await rulesOf(family);
  for (const [table, lines] of rules) {
    const script = cleaning(table, lines, new Set(keep[table] ?? []));
    if (script) await run(`${family}-restore`, ["--noflush", ...WAIT], { input: script });
  }
  if (rules.has("filter") && forwardPolicy(rules) !== forward)
    await succeeds(family, [...WAIT, "-P", "FORWARD", forward]);
}

/** One iptables-restore script, so that a table is cleaned whole or not at all; empty if it is clean. */
export function cleaning(table: string, lines: readonly string[], keep: ReadonlySet<string>): string {
  const gone = new Set(
    lines
      .filter((line) => line.startsWith(":"))
      .map(chainOf)
      .filter((chain) => OURS.test(chain) && !keep.has(chain)),
  );
  const names: readonly string[] = [NETWORKS.pods, NETWORKS.docker].flatMap(({ bridge, subnet }) => [bridge, subnet]);
  const prefixes = [NETWORKS.pods, NETWORKS.docker].map(({ subnet }) => subnet.replace(/\d+\/\d+$/, ""));
  const rules = lines.filter((line) => {
    if (!line.startsWith("-A ") || gone.has(chainOf(line.slice(2)))) return false;
    const words = line.split(" ");
    const target = words[Math.max(words.indexOf("-j"), words.indexOf("-g")) + 1] ?? "";
    return (
      gone.has(target) ||
      words.some((word) => names.includes(word) || prefixes.some((prefix) => word.startsWith(prefix)))
    );
  });
  if (gone.size === 0 && rules.length === 0) return "";
  return [
    `*${table}`,
    ...rules.map((rule) => rule.replace(/^-A/, "-D")),
    ...[...gone].map((chain) => `-F ${chain}`),
    ...[...gone].map((chain) => `-X ${chain}`),
    "COMMIT\n",
  ].join("\n");
}

function chainOf(line: string): string {
  return line.slice(1).split(" ").find(Boolean) ?? "";
}
