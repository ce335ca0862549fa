/** Values as a reviewer reads them. In: a value from the preview's JSON. Out: a short text, in which no secret is. */
import type { Path } from "../components/shared/paths";
import { withoutSecret } from "../components/shared/problems";
import { UNKNOWN } from "./preview";

const LONGEST = 48;

/** `old→new`. `path`: where among the model's options both stand. */
export const arrow = (old: unknown, now: unknown, path: Path = []): string => `${shown(old, path)}→${shown(now, path)}`;

/** One value. */
export function shown(value: unknown, path: Path = []): string {
  if (value === undefined) return "unset";
  if (value === UNKNOWN) return "known later";
  return cut(plain(value, path));
}

/** What a pod says of itself, which is made to be seen: `hf:id@revision` would look like a login. */
export const saidByPod = (value: string | undefined): string =>
  value === undefined ? "unset" : cut(shortHashes(value));

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

function plain(value: unknown, path: Path): string {
  if (typeof value === "string") {
    const kept = withoutSecret(value, path);
    return kept === undefined ? "[hidden]" : shortHashes(value);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value, hiding) ?? "";
  const entries = Object.entries(value);
  const [[key, inner] = ["", undefined]] = entries;
  if (entries.length !== 1) return JSON.stringify(value, hiding);
  // a choice, such as { ngc: {} }
  const rest = plain(inner, [...path, key]);
  return rest === "{}" ? key : `${key} ${rest}`;
}

const hiding = (key: string, value: unknown): unknown =>
  typeof value === "string" && withoutSecret(value, [key]) === undefined ? "[hidden]" : value;

/** Commits as Git shortens them, digests as Docker does. */
const shortHashes = (text: string): string =>
  text.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, "$1").replaceAll(/\b([0-9a-f]{7})[0-9a-f]{33}\b/g, "$1");
