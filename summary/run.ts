/** `npm run preview:summary -- preview.json`: what a preview would do, for a reviewer, on one page. Reads the JSON of
 *  `pulumi preview --json --show-sames` and nothing else. Ends with 1 where that preview failed, or is not the expected one. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../components/shared/problems";
import { changesOf } from "./changesHash";
import { deviations } from "./expected";
import { commentText, markdownText } from "./markdown";
import { readPreview } from "./preview";
import { reportOf } from "./report";
import { plainText, WHOLE } from "./text";

const USAGE = `usage: npm run --silent preview:summary -- [FILE] [--markdown] [--output FILE] [--expect HASH|FILE]
  FILE      what pulumi preview --json --show-sames prints; default: standard input
  --markdown  one comment for a pull request, not text for a terminal
  --output  writes the whole summary there, without the limits of the shown one
  --expect  ends with 1 unless the changes are the reviewed ones: their hash, or the JSON of their preview`;
const STANDARD_INPUT = 0;

interface Outcome {
  readonly text: string;
  /** For --output. */
  readonly whole: string;
  /** Why it ends with 1; empty: it does not. */
  readonly problems: readonly string[];
}

/** What the command says of a preview. `expected`: a hash, or the JSON of the preview that was reviewed. */
export function summarise(
  json: string,
  { markdown = false, expected }: { markdown?: boolean; expected?: string } = {},
): Outcome {
  const preview = readPreview(json);
  const report = reportOf(preview);
  const reviewed = expected?.trimStart().startsWith("{") ? changesOf(readPreview(expected).steps) : expected;
  const problems = [
    ...(preview.failures.length > 0 ? ["the preview failed"] : []),
    ...(reviewed === undefined ? [] : deviations(reviewed, changesOf(preview.steps))),
  ];
  return markdown
    ? { text: commentText(report), whole: markdownText(report), problems }
    : { text: plainText(report), whole: plainText(report, WHOLE), problems };
}

class UsageError extends Error {}

function main(): void {
  const { values, positionals } = parsed(process.argv.slice(2));
  const [file, ...others] = positionals;
  if (others.length > 0) throw new UsageError(USAGE);
  const { markdown, output } = values;
  const expected = values.expect === undefined ? {} : { expected: reviewedText(values.expect) };
  const { text, whole, problems } = summarise(read(file), { markdown, ...expected });
  if (output !== undefined) writeFileSync(here(output), whole);
  process.stdout.write(text);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

function parsed(args: readonly string[]) {
  const options = {
    markdown: { type: "boolean", default: false },
    output: { type: "string" },
    expect: { type: "string" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (problem) {
    throw new UsageError(`${problem instanceof Error ? problem.message : problem}\n${USAGE}`);
  }
}

const reviewedText = (expect: string): string => (/^[0-9a-f]{32}$/.test(expect) ? expect : read(expect));

function read(file: string | undefined): string {
  try {
    return readFileSync(file === undefined ? STANDARD_INPUT : here(file), "utf8");
  } catch (problem) {
    throw new UserError(
      `${file ?? "standard input"} can't be read: ${problem instanceof Error ? problem.message : problem}`,
    );
  }
}

/** npm runs its scripts in the package's folder, and says where it was called. */
const here = (file: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), file);

if (require.main === module) {
  try {
    main();
  } catch (problem) {
    if (!(problem instanceof UsageError) && !(problem instanceof UserError)) throw problem;
    console.error(problem.message);
    process.exitCode = problem instanceof UsageError ? 2 : 1;
  }
}
