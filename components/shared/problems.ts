/** How the user is told. Problems are collected and thrown once, before any resource is registered, each with its
 *  config path, the value found, the reason and the way out. */
import { RunError } from "@pulumi/pulumi/errors";
import { type Locate, locateText, type Path, pathText, printText, type Text } from "./paths";
import { secretIn } from "./secretInUrl";

/** One thing that is wrong with the config. `got` is shown only where it is a scalar, and never for a secret. */
export interface Problem {
  readonly path: Path;
  readonly got?: unknown;
  readonly because: Text;
  readonly remedy: Text;
}

/** What the user shall know in the preview. */
export interface Warning {
  readonly path: Path;
  readonly text: Text;
}

/** `value` as it may be shown: not at all if it could hold a password or a token. `path`: among a service's args. */
export function withoutSecret(value: unknown, path: Path): unknown {
  if (path[0] === "credentials") return undefined;
  if (path.at(-1) === "credential" && !/^[a-z0-9-]{1,40}$/.test(String(value))) return undefined;
  return typeof value === "string" && (/:.*@/.test(value) || secretIn(value) !== undefined) ? undefined : value;
}

/** What the user must put right. A RunError without a stack trace: it tells of config or machine, not of code, and Node 20
 *  took 15 seconds to colour the frames that Pulumi's source maps make of a program that threw. */
export class UserError extends RunError {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
    this.stack = undefined;
  }
}

/** Thrown with everything that is wrong with the config at once. */
export class ConfigError extends UserError {
  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`${count} in the config; nothing was created:\n${problems.map(problemText).join("\n")}`);
  }
}

/** Throws a ConfigError if there is any problem. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/** The same problem, where the user wrote it. */
export const locateProblem = ({ path, got, because, remedy }: Problem, locate: Locate): Problem => ({
  path: locate(path),
  ...(got === undefined ? {} : { got }),
  because: locateText(because, locate),
  remedy: locateText(remedy, locate),
});

/** The same warning, where the user wrote what it is about. */
export const locateWarning = ({ path, text }: Warning, locate: Locate): Warning => ({
  path: locate(path),
  text: locateText(text, locate),
});

/** A warning as a person reads it. */
export const warningText = ({ path, text }: Warning): string => `${pathText(path)}: ${printText(text)}`;

/** A problem as a person reads it among others. */
export const problemText = (problem: Problem): string => `  - ${problemLine(problem)}`;

/** A problem as a person reads it alone. */
export function problemLine({ path, got, because, remedy }: Problem): string {
  const value = isScalar(got) ? ` (got ${JSON.stringify(got)})` : "";
  const words = [because, remedy].map(printText).filter((said) => said !== "");
  return `${pathText(path)}${value}: ${words.join("; ")}`;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
