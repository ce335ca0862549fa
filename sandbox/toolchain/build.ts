/** The programs that the sandbox runs and that no package registry carries ready-made, compiled once into the cache.
 *  In: the cache folder. Out: the binaries' paths, and a key for each that moves when the binary does. Warm, it reads a
 *  few small files and returns; after a change to one of our own sources only what is concerned is linked again, the
 *  rest comes from Go's compile cache. Killed half-way, it leaves a work folder that the next run removes: a binary
 *  appears in bin/ by a rename, and is believed only when built.json, written after it, says so. */
import * as fs from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { withLock } from "../lock";
import { go } from "./go";
import { kubernetesNames, type ProgramName, packageOf, programs } from "./programs";
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
  keys: Keys;
}

export type Keys = Partial<Record<ProgramName, string>>;

const PROGRESS_MS = 5000;

export async function ensureToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const wanted = options.programs ?? (Object.keys(programs) as ProgramName[]);
  const goVersion = await go(["env", "GOVERSION"], { cwd: __dirname });
  const keys: Keys = Object.fromEntries(wanted.map((name) => [name, programKey(name, goVersion)]));
  const folder = join(options.cache, "toolchain");
  const bin = join(folder, "bin");
  if (missing(bin, keys).length === 0) return toolchain(bin, keys);

  // Two builds at a time would each compile for ten minutes what one can.
  await withLock(folder, async () => {
    sweep(folder);
    const names = missing(bin, keys);
    if (names.length > 0) await build(names, keys, options);
  });
  return toolchain(bin, keys);
}

function toolchain(bin: string, keys: Keys): Toolchain {
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

function missing(bin: string, keys: Keys): ProgramName[] {
  const built = readBuilt(bin);
  const isThere = (name: ProgramName) =>
    built[name] === keys[name] &&
    [name, ...(programs[name].symlinks ?? [])].every((file) => fs.existsSync(join(bin, file)));
  return (Object.keys(keys) as ProgramName[]).filter((name) => !isThere(name));
}

function readBuilt(bin: string): Keys {
  const path = join(bin, "built.json");
  return fs.existsSync(path) ? JSON.parse(fs.readFileSync(path, "utf8")) : {};
}

/** Work folders of runs that were killed; the lock says that nobody works in them now. */
function sweep(folder: string): void {
  for (const entry of fs.readdirSync(folder)) {
    if (entry.startsWith("work-")) remove(join(folder, entry));
  }
}

/** Retries, for a compiler that outlived its killed parent may still be writing. */
function remove(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function build(names: readonly ProgramName[], keys: Keys, { cache, log }: ToolchainOptions): Promise<void> {
  const work = fs.mkdtempSync(join(cache, "toolchain", "work-"));
  try {
    const source = join(work, "source");
    await assemble(source, names);
    await compile(names, { source, output: `${join(work, "bin")}/`, cache, log });
    install(names, join(work, "bin"), join(cache, "toolchain", "bin"), keys);
  } finally {
    remove(work);
  }
}

/** One command for all: Go spreads it over the cores, and a package that several programs share compiles once. */
async function compile(
  names: readonly ProgramName[],
  { source, output, cache, log }: { source: string; output: string; cache: string; log: (line: string) => void },
): Promise<void> {
  // Everybody's, whoever is built: the flags are part of a binary's identity, and equal keys promise equal binaries.
  const variables = Object.assign({}, ...Object.values(programs).map((program) => program.variables));
  const ldflags = ["-s", "-w", ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
  const progress = startProgress(names, log);
  try {
    await go(
      ["build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", output, ...names.map(packageOf)],
      {
        cwd: source,
        env: { CGO_ENABLED: "0", GOCACHE: join(cache, "go-build") },
        onLine: progress.hear,
      },
    );
  } finally {
    progress.stop();
  }
}

/** Go names a module before it downloads it, and a package before it compiles it, one a line. */
function startProgress(names: readonly ProgramName[], log: (line: string) => void) {
  const start = Date.now();
  const what = describe(names);
  const usual = names.includes("kube") ? "; 10 to 15 min on 2 cores the first time" : "";
  let packages = 0;
  let downloading = false;
  const say = () => {
    const detail = downloading ? "downloading modules" : `${packages} packages`;
    log(`compiling ${what}: ${detail} (${duration(Date.now() - start)}${usual})`);
  };
  const timer = setInterval(say, PROGRESS_MS);
  say();
  return {
    hear(line: string) {
      downloading = line.startsWith("go: downloading");
      if (!line.startsWith("go: ")) packages++;
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** The two that take longest by name: a progress line must fit on a line. */
function describe(names: readonly ProgramName[]): string {
  const slowestFirst = (Object.keys(programs) as ProgramName[]).filter((name) => names.includes(name));
  const titles = slowestFirst.map((name) => programs[name].title);
  return titles.length <= 2 ? titles.join(" and ") : `${titles.slice(0, 2).join(", ")} and ${titles.length - 2} more`;
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function install(names: readonly ProgramName[], from: string, bin: string, keys: Keys): void {
  fs.mkdirSync(bin, { recursive: true });
  for (const name of names) {
    fs.renameSync(join(from, name), join(bin, name));
    for (const link of programs[name].symlinks ?? []) {
      fs.rmSync(join(bin, link), { force: true });
      fs.symlinkSync(name, join(bin, link));
    }
  }
  const built = { ...readBuilt(bin), ...Object.fromEntries(names.map((name) => [name, keys[name]])) };
  fs.writeFileSync(join(from, "built.json"), `${JSON.stringify(built, null, 2)}\n`);
  fs.renameSync(join(from, "built.json"), join(bin, "built.json"));
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
