/** The programs that the sandbox runs and that no package registry carries ready-made, compiled once into the cache.
 *  In: the cache folder. Out: the binaries' paths, and their keys (builder.ts). */
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { duration, ensurePrograms, type GoModule, type Keys } from "./builder";
import { kubernetesNames, type ProgramName, programs } from "./programs";
import { assemble, programKey } from "./source";

export interface ToolchainOptions {
  cache: string;
  log: (line: string) => void;
  /** What is needed; default: all. A cluster of the user's own spares the minutes that Kubernetes takes. */
  programs?: readonly ProgramName[];
}

export interface Toolchain {
  /** The folder of all binaries; the language host lies beside pulumi, where the CLI looks for it. */
  bin: string;
  pulumi: string;
  kubectl: string;
  kubernetes: Record<(typeof kubernetesNames)[number], string>;
  providers: { kubernetes: string; docker: string };
  /** Static, for an image FROM scratch. */
  pause: string;
  /** By program: equal keys, equal binaries. */
  keys: Keys<ProgramName>;
}

export const toolchainModule: GoModule<ProgramName> = {
  name: "toolchain",
  programs,
  tags: [],
  key: programKey,
  assemble,
  usual: (names) => (names.includes("kube") ? "10 to 15 min on 2 cores the first time" : ""),
};

export async function ensureToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const wanted = options.programs ?? (Object.keys(programs) as ProgramName[]);
  const { bin, keys } = await ensurePrograms(toolchainModule, { ...options, programs: wanted });
  const at = (name: string) => join(bin, name);
  return {
    bin,
    pulumi: at("pulumi"),
    kubectl: at("kubectl"),
    kubernetes: Object.fromEntries(kubernetesNames.map((name) => [name, at(name)])) as Toolchain["kubernetes"],
    providers: { kubernetes: at("pulumi-resource-kubernetes"), docker: at("pulumi-resource-docker") },
    pause: at("pause"),
    keys,
  };
}

if (require.main === module) {
  const started = Date.now();
  ensureToolchain({ cache: cacheFolder(), log: console.log })
    .then(({ bin }) => console.log(`${bin} is ready (${duration(Date.now() - started)})`))
    .catch((problem: Error) => {
      console.error(problem.message);
      process.exitCode = 1;
    });
}
