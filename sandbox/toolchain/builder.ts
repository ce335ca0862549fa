/** Compiles the programs of a Go module into the cache, once.
 *  In: a module, the cache folder. Out: the folder of its binaries, and a key for each that moves when the binary does.
 *  Warm, it reads a few small files and returns; after a change to one of our own sources only what is concerned is linked
 *  again, the rest comes from Go's compile cache. Killed half-way, it leaves a work folder that the next run removes: a
 *  binary appears in bin/ by a rename, and is believed only when built.json, written after it, says so. */
import * as fs from "node:fs";
import { basename, join } from "node:path";
import { hasRoomForCaches } from "../disk";
import { withLock } from "../lock";
import { go } from "./go";

export interface Program {
  /** As a progress line calls it. */
  readonly title: string;
  /** Its folder in the checkout, if its main package is ours; */
  readonly source?: string;
  /** else its package in a module of others. */
  readonly package?: string;
  /** The same binary under further names. */
  readonly symlinks?: readonly string[];
  /** Go variables set by the linker. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface GoModule<Name extends string> {
  /** Its folder under the cache. */
  readonly name: string;
  /** The slowest to compile first. */
  readonly programs: Readonly<Record<Name, Program>>;
  /** Build tags. */
  readonly tags: readonly string[];
  /** Covers all that moves a program's binary. */
  key(name: Name, goVersion: string): string;
  /** Puts a folder together in which `go build` works. */
  assemble(folder: string, names: readonly Name[]): Promise<void>;
  /** What a progress line says of the time that these usually take; "" where it is not worth saying. */
  usual(names: readonly Name[]): string;
}

export interface BuildOptions<Name extends string> {
  cache: string;
  log: (line: string) => void;
  programs: readonly Name[];
}

export interface Built<Name extends string> {
  bin: string;
  /** By program: equal keys, equal binaries. */
  keys: Keys<Name>;
}

export type Keys<Name extends string> = Partial<Record<Name, string>>;

/** Go's, under the cache folder. */
export const COMPILE_CACHE = "go-build";
const PROGRESS_MS = 5000;
/** For another process that compiles the same, on a machine that has other work too. */
const WAIT_MINUTES = 60;

/** A program of ours is the package of its name under cmd/. */
export const packageOf = <Name extends string>(module: GoModule<Name>, name: Name): string =>
  module.programs[name].package ?? `./cmd/${name}`;

export async function ensurePrograms<Name extends string>(
  module: GoModule<Name>,
  options: BuildOptions<Name>,
): Promise<Built<Name>> {
  const goVersion = await go(["env", "GOVERSION"], { cwd: __dirname });
  const keys = Object.fromEntries(options.programs.map((name) => [name, module.key(name, goVersion)])) as Keys<Name>;
  const folder = join(options.cache, module.name);
  const bin = join(folder, "bin");
  if (missing(module, bin, keys).length === 0) return { bin, keys };

  const buildMissing = async () => {
    sweep(folder);
    const names = missing(module, bin, keys);
    if (names.length > 0) await build(module, names, keys, options);
  };
  // Two builds at a time would each compile for ten minutes what one can.
  await withLock(folder, buildMissing, WAIT_MINUTES);
  return { bin, keys };
}

function missing<Name extends string>(module: GoModule<Name>, bin: string, keys: Keys<Name>): Name[] {
  const built = readBuilt<Name>(bin);
  const isThere = (name: Name) =>
    built[name] === keys[name] &&
    [name, ...(module.programs[name].symlinks ?? [])].every((file) => fs.existsSync(join(bin, file)));
  return (Object.keys(keys) as Name[]).filter((name) => !isThere(name));
}

function readBuilt<Name extends string>(bin: string): Keys<Name> {
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

async function build<Name extends string>(
  module: GoModule<Name>,
  names: readonly Name[],
  keys: Keys<Name>,
  { cache, log }: BuildOptions<Name>,
): Promise<void> {
  const work = fs.mkdtempSync(join(cache, module.name, "work-"));
  try {
    const source = join(work, "source");
    await module.assemble(source, names);
    await compile(module, names, { source, output: `${join(work, "bin")}/`, cache, log });
    install(module, names, join(work, "bin"), join(cache, module.name, "bin"), keys);
    if (!hasRoomForCaches(cache)) remove(join(cache, COMPILE_CACHE));
  } finally {
    remove(work);
  }
}

/** One command for all: Go spreads it over the cores, and a package that several programs share compiles once. */
async function compile<Name extends string>(
  module: GoModule<Name>,
  names: readonly Name[],
  { source, output, cache, log }: { source: string; output: string; cache: string; log: (line: string) => void },
): Promise<void> {
  // Everybody's, whoever is built: the flags are part of a binary's identity, and equal keys promise equal binaries.
  const programs = Object.values<Program>(module.programs);
  const variables = Object.entries<string>(Object.assign({}, ...programs.map((program) => program.variables)));
  const ldflags = ["-s", "-w", ...variables.map(([name, value]) => `-X ${name}=${value}`)].join(" ");
  const packages = names.map((name) => packageOf(module, name));
  const progress = startProgress(module, names, log);
  try {
    const flags = ["-trimpath", "-buildvcs=false", `-tags=${module.tags.join(",")}`, "-ldflags", ldflags];
    await go(["build", "-v", ...flags, "-o", output, ...packages], {
      cwd: source,
      env: { CGO_ENABLED: "0", GOCACHE: join(cache, COMPILE_CACHE) },
      onLine: progress.hear,
    });
  } finally {
    progress.stop();
  }
}

/** Go names a module before it downloads it, and a package before it compiles it, one a line. */
function startProgress<Name extends string>(
  module: GoModule<Name>,
  names: readonly Name[],
  log: (line: string) => void,
) {
  const start = Date.now();
  const what = describe(module, names);
  const usual = module.usual(names);
  let packages = 0;
  let downloading = false;
  const say = () => {
    const detail = downloading ? "downloading modules" : `${packages} packages`;
    log(`compiling ${what}: ${detail} (${duration(Date.now() - start)}${usual ? `; ${usual}` : ""})`);
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
function describe<Name extends string>({ programs }: GoModule<Name>, names: readonly Name[]): string {
  const slowestFirst = (Object.keys(programs) as Name[]).filter((name) => names.includes(name));
  const titles = slowestFirst.map((name) => programs[name].title);
  return titles.length <= 2 ? titles.join(" and ") : `${titles.slice(0, 2).join(", ")} and ${titles.length - 2} more`;
}

export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Go names a binary after its package's folder, which for a program of others need not be our name for it. */
function install<Name extends string>(
  module: GoModule<Name>,
  names: readonly Name[],
  from: string,
  bin: string,
  keys: Keys<Name>,
): void {
  fs.mkdirSync(bin, { recursive: true });
  for (const name of names) {
    fs.renameSync(join(from, basename(packageOf(module, name))), join(bin, name));
    for (const link of module.programs[name].symlinks ?? []) {
      fs.rmSync(join(bin, link), { force: true });
      fs.symlinkSync(name, join(bin, link));
    }
  }
  const built = { ...readBuilt(bin), ...Object.fromEntries(names.map((name) => [name, keys[name]])) };
  fs.writeFileSync(join(from, "built.json"), `${JSON.stringify(built, null, 2)}\n`);
  fs.renameSync(join(from, "built.json"), join(bin, "built.json"));
}
