/** How the user is told. Problems are collected and thrown once, before any resource is registered, each with its
 *  config path, the value found, the reason and the way out. */
import { RunError } from "@pulumi/pulumi/errors";

/** One thing that is wrong with the config. `got` is shown only where it is a scalar, and never for a secret. */
export interface Problem {
  readonly path: string;
  readonly got?: unknown;
  readonly because: string;
  readonly remedy: string;
}

/** Says where an option stands in the user's config, given its path among the args of a service. */
export type Locate = (path: readonly PropertyKey[]) => string;

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
    super(`${count} in the config; nothing was created:\n${problems.map(describe).join("\n")}`);
  }
}

/** Throws a ConfigError if there is any problem. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/** A path as `pulumi config set --path` takes it. */
export function pathText(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return /^[\w-]+$/.test(String(key)) ? `${text}.${String(key)}` : `${text}[${JSON.stringify(String(key))}]`;
  }, root);
}

function describe({ path, got, because, remedy }: Problem): string {
  const value = isScalar(got) ? ` (got ${JSON.stringify(got)})` : "";
  return `  - ${path}${value}: ${because}; ${remedy}`;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
