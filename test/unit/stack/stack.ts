/** Sets a stack's config the way the engine does, for the tests of this folder. */
import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../../components/shared/problems";
import { readStack } from "../../../components/stack/readStack";

export const HUB = { hf: { id: "acme/sentiment", revision: "0123456789abcdef0123456789abcdef01234567" } };

/** The least config that is right. */
export const GOOD = {
  cluster: { context: "somewhere" },
  registry: { generic: { repository: "registry.example.com/triton" } },
  models: { sentiment: { model: HUB } },
};

/** Hands `keys` over as the engine would: text as it is, the rest as JSON; `secrets` names the keys that hold one. */
export function setConfig(keys: Record<string, unknown>, secrets: string[] = []): void {
  const entries = Object.entries(keys).map(([key, value]) => [
    key.includes(":") ? key : `triton-bert:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(entries) as Record<string, string>,
    secrets.map((key) => (key.includes(":") ? key : `triton-bert:${key}`)),
  );
}

/** What the user reads of each problem: `path (got …): because; remedy`. */
export function problemsWith(keys: Record<string, unknown>, secrets: string[] = []): string[] {
  setConfig(keys, secrets);
  const { problems } = readStack();
  return problems.map((problem) => new ConfigError([problem]).message.split("\n  - ")[1] ?? "");
}

/** The problems of a config in which the model `sentiment` says `options` besides where it comes from. */
export function modelProblems(options: Record<string, unknown>, keys: Record<string, unknown> = {}): string[] {
  return problemsWith({ ...GOOD, ...keys, models: { sentiment: { model: HUB, ...options } } });
}
