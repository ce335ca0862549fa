/** Bytes and hashes that depend on meaning only. Whatever decides a build context or a tag goes through here, so that
 *  key order, machine and clock never reach a resource's input. */
import { createHash } from "node:crypto";

/** JSON with sorted keys, two spaces and a final newline; undefined fields are left out. */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), null, 2)}\n`;
}

/** The first 12 hex digits of SHA-256 over `value`'s canonical JSON: the hash in our image tags and logical names. */
export function shortHash(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 12);
}

/** SHA-256 in hex. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
