/** `npm run validate`: what is wrong with the stacks' files, without Docker, cluster, credentials, provider plugins or a login to Pulumi: for
 *  pull requests from forks and for a hook before each commit. Ends with 1 where something is wrong, with 2 where it could not look. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pathText, printText } from "../components/shared/paths";
import { type Problem, problemText, UserError, type Warning, warningText } from "../components/shared/problems";
import { changeLines } from "./changes";
import { intentsOf, judge, type Verdict } from "./stack";

const USAGE = `usage: npm run --silent validate -- [--stack NAME]... [--base REF] [--json]
  --stack  looks at Pulumi.NAME.yaml; default: at each that is there
  --base   says as well what each model is asked for that it was not at this commit or branch of Git
  --json   for programs`;

const STACK_FILE = /^Pulumi\.(?<stack>[\w.-]+)\.ya?ml$/;

interface Found extends Verdict {
  readonly stack: string;
  readonly file: string;
  /** Absent: not asked for. */
  readonly changes?: readonly string[];
}

function main(): void {
  const { stack, base, json } = options(process.argv.slice(2));
  const folder = process.cwd();
  const all = readdirSync(folder).filter((file) => STACK_FILE.test(file));
  const files = stack.length === 0 ? all.sort() : stack.map((name) => fileOf(name, all));
  if (files.length === 0) throw new UserError(`there is no Pulumi.<stack>.yaml in ${folder}`);
  const found = files.map((file) => look(file, folder, base));
  process.stdout.write(
    json ? `${JSON.stringify({ stacks: found.map(asJson) }, undefined, 2)}\n` : `${found.map(asText).join("\n")}\n`,
  );
  if (found.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
}

function look(file: string, folder: string, base: string | undefined): Found {
  const stack = STACK_FILE.exec(file)?.groups?.stack ?? "";
  const text = readFileSync(join(folder, file), "utf8");
  const found = { stack, file, ...judge(text, file, stack, folder) };
  if (base === undefined) return found;
  const before = textAt(base, file, folder);
  const intents = before === undefined ? {} : intentsOf(before, `${file} at ${base}`, stack, folder);
  return { ...found, changes: changeLines(intents, intentsOf(text, file, stack, folder)) };
}

/** undefined: the file was not there.
 *  @throws UserError where Git does not know `ref` */
function textAt(ref: string, file: string, folder: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const commit = commitOf(ref, git);
  return git("ls-tree", "--name-only", commit, "--", file) === "" ? undefined : git("show", `${commit}:./${file}`);
}

function commitOf(ref: string, git: (...args: string[]) => string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).trim();
  } catch {
    throw new UserError(`--base ${ref}: Git knows no such commit here; a CI job may have to fetch it first`);
  }
}

function asText({ file, models, problems, warnings, changes }: Found): string {
  const count = problems.length === 0 ? "nothing wrong" : `${problems.length} wrong`;
  return [
    `${file}: ${models.length} ${models.length === 1 ? "model" : "models"}, ${count}`,
    ...problems.map(problemText),
    ...warnings.map((warning) => `  ! ${warningText(warning)}`),
    ...(changes ?? []).map((change) => `  ~ ${change}`),
  ].join("\n");
}

function asJson({ problems, warnings, ...found }: Found) {
  return { ...found, problems: problems.map(problemJson), warnings: warnings.map(warningJson) };
}

const problemJson = ({ path, got, because, remedy }: Problem) => ({
  path: pathText(path),
  ...(got === undefined || typeof got === "object" ? {} : { got }),
  because: printText(because),
  remedy: printText(remedy),
});

const warningJson = ({ path, text }: Warning) => ({ path: pathText(path), text: printText(text) });

function options(args: readonly string[]) {
  const known = {
    stack: { type: "string", multiple: true, default: [] as string[] },
    base: { type: "string" },
    json: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options: known }).values;
  } catch (problem) {
    throw new UserError(`${problem instanceof Error ? problem.message : problem}\n${USAGE}`);
  }
}

function fileOf(stack: string, all: readonly string[]): string {
  const file = all.find((each) => STACK_FILE.exec(each)?.groups?.stack === stack);
  if (file === undefined) throw new UserError(`--stack ${stack}: there is no Pulumi.${stack}.yaml`);
  return file;
}

try {
  main();
} catch (problem) {
  console.error(problem instanceof UserError ? problem.message : problem);
  process.exitCode = 2;
}
