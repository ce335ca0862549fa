/** Which Pulumi the sandbox uses, and how its providers get into the sandbox's own PULUMI_HOME.
 *  Official parts win: where the user has the official pulumi with its language host, or an official provider, on PATH or
 *  in the plugin folder, that one is used, and the built or stand-in one only for want of it. The user's own plugin
 *  folder is read, never written. In: PATH and that folder. Out: what was found, to be printed; providers in place. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Toolchain } from "./build";
import { DOCKER_PROVIDER, KUBERNETES_PROVIDER } from "./programs";

export interface OfficialSearch {
  /** A PATH. */
  path: string;
  /** The user's own. */
  pulumiHome: string;
  /** Folders whose programs are ours, should PATH or PULUMI_HOME lead there: the tool chain's, the sandbox's. */
  ours: readonly string[];
}

export interface Official {
  /** The CLI, with pulumi-language-nodejs beside it. */
  pulumi?: string;
  kubernetes?: string;
  docker?: string;
}

export interface Plugin {
  provider: "kubernetes" | "docker";
  version: string;
  binary: string;
  official: boolean;
}

const providers = { kubernetes: KUBERNETES_PROVIDER, docker: DOCKER_PROVIDER } as const;

export function searchOf(ours: readonly string[], environment: NodeJS.ProcessEnv = process.env): OfficialSearch {
  return {
    path: environment.PATH ?? "",
    pulumiHome: environment.PULUMI_HOME || join(environment.HOME || homedir(), ".pulumi"),
    ours,
  };
}

export function findOfficial(search: OfficialSearch): Official {
  const pulumi = onPath("pulumi", search).find((path) => isExecutable(join(dirname(path), "pulumi-language-nodejs")));
  return { pulumi, kubernetes: findProvider("kubernetes", search), docker: findProvider("docker", search) };
}

/** On PATH first, as the CLI itself does; then the plugin of the version that npm's SDK asks for, else the newest of the
 *  same major version. */
function findProvider(name: keyof typeof providers, search: OfficialSearch): string | undefined {
  const binary = `pulumi-resource-${name}`;
  const folder = join(search.pulumiHome, "plugins");
  const [major] = providers[name].split(".");
  const versions = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const newestFirst = versions
    .filter((entry) => entry.startsWith(`resource-${name}-v${major}.`))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const installed = [`resource-${name}-v${providers[name]}`, ...newestFirst].map((entry) =>
    join(folder, entry, binary),
  );
  return [...onPath(binary, search), ...installed.filter((path) => isForeign(path, search))][0];
}

function onPath(binary: string, search: OfficialSearch): string[] {
  const folders = search.path.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, binary)).filter((path) => isForeign(path, search));
}

function isForeign(path: string, { ours }: OfficialSearch): boolean {
  if (!isExecutable(path)) return false;
  const real = fs.realpathSync(path);
  return !ours.some((folder) => fs.existsSync(folder) && real.startsWith(`${fs.realpathSync(folder)}/`));
}

function isExecutable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface PluginOptions {
  toolchain: Toolchain;
  /** The sandbox's own. */
  pulumiHome: string;
  officialSearch: OfficialSearch;
}

/** Puts both providers in place, by the CLI's own command; does nothing where they already are. */
export async function ensurePlugins({ toolchain, pulumiHome, officialSearch }: PluginOptions): Promise<Plugin[]> {
  const official = findOfficial(officialSearch);
  const plugins = (["kubernetes", "docker"] as const).map((provider) => ({
    provider,
    version: providers[provider],
    binary: official[provider] ?? toolchain.providers[provider],
    official: official[provider] !== undefined,
  }));
  const notePath = join(pulumiHome, "triton-bert-plugins.json");
  const note: Record<string, string> = fs.existsSync(notePath) ? JSON.parse(fs.readFileSync(notePath, "utf8")) : {};
  for (const plugin of plugins) {
    const { provider, version } = plugin;
    const identity = identityOf(plugin, toolchain);
    const installed = join(pulumiHome, "plugins", `resource-${provider}-v${version}`, `pulumi-resource-${provider}`);
    if (note[provider] === identity && isExecutable(installed)) continue;
    await install(plugin, official.pulumi ?? toolchain.pulumi, pulumiHome);
    note[provider] = identity;
    fs.writeFileSync(`${notePath}.new`, `${JSON.stringify(note, null, 2)}\n`);
    fs.renameSync(`${notePath}.new`, notePath);
  }
  return plugins;
}

/** Moves when the binary does, without reading its 100 MB: ours by its key, another by name, size and time. */
function identityOf({ provider, version, binary, official }: Plugin, toolchain: Toolchain): string {
  if (!official) return `${version} built ${toolchain.keys[`pulumi-resource-${provider}`]}`;
  const { size, mtimeMs } = fs.statSync(binary);
  return `${version} ${binary} ${size} ${mtimeMs}`;
}

async function install({ provider, version, binary }: Plugin, pulumi: string, pulumiHome: string): Promise<void> {
  const args = ["plugin", "install", "resource", provider, version, "--file", binary, "--reinstall"];
  const env = { ...process.env, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "1" };
  fs.mkdirSync(pulumiHome, { recursive: true });
  await promisify(execFile)(pulumi, args, { env });
}
