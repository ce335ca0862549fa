/** Where everything lives that is built, downloaded or unpacked once: outside the checkout, so that a fresh clone starts
 *  warm and `git clean` costs nothing. Out: one absolute path. TRITON_BERT_CACHE moves it, to a larger disk for instance. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.TRITON_BERT_CACHE) return resolve(environment.TRITON_BERT_CACHE);
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache"), "triton-bert");
}

/** Whether nothing has been built in it yet. */
export const isCold = (cache: string): boolean => !existsSync(join(cache, "toolchain", "bin"));
