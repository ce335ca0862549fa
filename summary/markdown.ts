/** The summary as one comment of a pull request. In: the report. Out: Markdown that fits a comment, with a mark by which the comment is
 *  found again, so that the next preview of the stack updates it in place. */
import type { Report, Shared } from "./report";
import { type Fit, failureLines, firsts, hashText, section, WHOLE } from "./text";

/** GitHub refuses longer comments ("body is too long"). It counts characters; bytes are never fewer. */
export const COMMENT_LIMIT = 65_536;
/** Lines of changes that are not folded away. */
const OPEN = 40;
const COMMENT: Fit = { lines: 1_000, names: 50, parts: 30 };

/** The first line of a stack's comment. */
export const marker = (stack: string): string => `<!-- triton-bert preview ${stack.replaceAll("--", "-\u200b-")} -->`;

/** At most so many bytes, however many models there are. */
export function commentText(report: Report, limit = COMMENT_LIMIT): string {
  for (let { lines } = COMMENT; lines > 1; lines = Math.floor(lines / 2)) {
    const text = markdownText(report, { ...COMMENT, lines });
    if (Buffer.byteLength(text) <= limit) return text;
  }
  return markdownText({ ...report, failures: report.failures.slice(0, 1) }, { lines: 2, names: 2, parts: TERSE });
}

/** Enough for the words about what becomes of the pods. */
const TERSE = 5;

export function markdownText(report: Report, fit: Fit = WHOLE): string {
  const { stack, totals, notes, dangers, changes } = report;
  const failures = failureLines(report, fit);
  const dangerous = section(dangers, fit.lines, fit, "dangerous changes", bullet);
  const changing = section(changes, fit.lines, fit, "changes", bullet);
  return [
    marker(stack),
    `### Preview of ${code(stack)}`,
    ...(failures.length > 0 ? ["", ...fenced(failures)] : []),
    "",
    "| | |",
    "| --- | --- |",
    ...totals.map(({ of, text }) => `| ${of} | ${text.replaceAll("|", "\\|")} |`),
    ...notes.flatMap((note) => ["", note]),
    ...(dangerous.length > 0 ? ["", "#### ⚠ Dangerous", ...dangerous] : []),
    ...(changing.length > 0 ? ["", "#### Changes", ...folded(changing)] : []),
    "",
    hashText(report).replace(/[0-9a-f]{32}$/, code),
    "",
  ].join("\n");
}

function folded(lines: readonly string[]): string[] {
  if (lines.length <= OPEN) return [...lines];
  const rest = lines.slice(OPEN);
  return [
    ...lines.slice(0, OPEN),
    "",
    `<details><summary>${rest.length} more lines</summary>`,
    "",
    ...rest,
    "",
    "</details>",
  ];
}

const bullet = ({ names, parts }: Shared, fit: Fit): string =>
  `- **${firsts(names, fit.names, "models").map(code).join(", ")}**: ${firsts(parts, fit.parts, "changes").map(code).join(" · ")}`;

/** As it stands: values of the config are nobody's Markdown, and mention nobody. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}

function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return [fence, ...lines, fence];
}
