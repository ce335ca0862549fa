/** Content that an option fixes by its hash, so that nobody can put another under the same name. */
import { z } from "zod";

/** SHA-256 of `what`. */
export const sha256Of = (what: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 of 64 lower-case hex digits")
    .meta({ remedy: "copy it from the server's page of the file, or from what sha256sum <file> prints, in quotes" })
    .describe(`SHA-256 of ${what}; with any other the build fails.`);

/** As much of a hash as people are shown. */
export const shownHash = (sha256: string): string => sha256.slice(0, 12);
