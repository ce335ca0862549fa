/** The summary as a terminal shows it. In: the report. Out: lines, at most so many. */
import type { Report, Shared } from "./report";

/** What is left out of a summary that shall fit. */
export interface Fit {
  /** In all. */
  readonly lines: number;
  /** Models named on a line. */
  readonly names: number;
  /** Changes named on a line. */
  readonly parts: number;
}

export const WHOLE: Fit = {
  lines: Number.POSITIVE_INFINITY,
  names: Number.POSITIVE_INFINITY,
  parts: Number.POSITIVE_INFINITY,
};
const SHORT: Fit = { lines: 60, names: 6, parts: 8 };
/** Of why the preview failed. */
const FAILURES = 12;
/** "Dangerous", "Changes", and an empty line before each. */
const HEADINGS = 4;

export function plainText(report: Report, fit: Fit = SHORT): string {
  const { totals, notes, dangers, changes } = report;
  const width = Math.max(...totals.map(({ of }) => of.length));
  const head = [
    report.stack,
    ...failureLines(report, fit),
    ...totals.map(({ of, text }) => `  ${of.padEnd(width)}  ${text}`),
    ...notes.map((note) => `  ${note}`),
  ];
  const end = ["", hashText(report)];
  const room = Math.max(2, fit.lines - head.length - end.length - HEADINGS);
  // Dangers may take what the changes leave, and at least half.
  const dangerous = section(dangers, Math.max(Math.ceil(room / 2), room - changes.length), fit, "dangerous changes");
  const changing = section(changes, room - dangerous.length, fit, "changes");
  return [
    ...head,
    ...(dangerous.length > 0 ? ["", "Dangerous", ...dangerous.map((line) => `  ${line}`)] : []),
    ...(changing.length > 0 ? ["", "Changes", ...changing.map((line) => `  ${line}`)] : []),
    ...end,
    "",
  ].join("\n");
}

export const hashText = ({ hash }: Report): string =>
  hash === undefined ? "no hash: the preview failed" : `hash of the changes: ${hash}`;

export function failureLines({ failures }: Report, { lines }: Fit): string[] {
  if (failures.length === 0) return [];
  const most = Math.min(lines, FAILURES);
  const kept = lines === Number.POSITIVE_INFINITY ? failures : failures.slice(0, most);
  const more = failures.length > kept.length ? [`… and ${failures.length - kept.length} more lines`] : [];
  return [
    "  THE PREVIEW FAILED: what follows is not all that would happen",
    ...[...kept, ...more].map((line) => `  ${line}`),
  ];
}

/** A line each, the rest counted. */
export function section(
  groups: readonly Shared[],
  lines: number,
  fit: Fit,
  what: string,
  line: (group: Shared, fit: Fit) => string = plainLine,
): string[] {
  if (groups.length <= lines) return groups.map((group) => line(group, fit));
  const kept = groups.slice(0, Math.max(0, lines - 1));
  const rest = groups.slice(kept.length);
  const models = new Set(rest.flatMap(({ names }) => names)).size;
  return [...kept.map((group) => line(group, fit)), `… and ${rest.length} more ${what}, of ${models} models`];
}

const plainLine = ({ names, parts }: Shared, fit: Fit): string =>
  `${firsts(names, fit.names, "models").join(", ")}: ${firsts(parts, fit.parts, "changes").join(" · ")}`;

/** The first of them, the rest counted; of parts the last, which says what becomes of the pods, stays. */
export function firsts(all: readonly string[], most: number, what: "models" | "changes"): string[] {
  if (all.length <= most) return [...all];
  if (what === "models") return [...all.slice(0, most - 1), `${all.length - most + 1} more models`];
  const tail = all.slice(-TAIL);
  const head = all.slice(0, most - TAIL - 1);
  return [...head, `${all.length - head.length - tail.length} more changes`, ...tail];
}

const TAIL = 3;
