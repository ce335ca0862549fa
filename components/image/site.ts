/** Where and for whom images are built: what no option of a model says. In: the stack's options, and where the program runs.
 *  Out: a site for all services of the stack, made once; and the folder that a build context gets. */
import type { Draft } from "../shared/draft";
import type { Program } from "../shared/program";
import { type Certificate, readCertificate } from "./certificate";
import type { Credentials } from "./credentials";
import type { BuildOptions } from "./options";
import { type RegistryOptions, registryOf, registrySiteProblems } from "./registries/kinds";
import type { Registry } from "./registries/registry";

/** The platform of every image; unset, the provider takes that of the machine that previews. */
export const PLATFORM = "linux/amd64";

/** The slice of a stack's options that this folder reads. */
export interface SiteSpec {
  readonly registry: RegistryOptions;
  readonly build: BuildOptions;
  readonly credentials: Credentials;
}

/** What all services of a stack share. */
export interface StackSite extends Program {
  readonly registry: Registry;
  readonly build: BuildOptions;
  readonly credentials: Credentials;
  readonly certificate: Certificate;
}

export interface BuildSite extends StackSite {
  /** The model's key, or the one that it had at first. */
  readonly model: string;
}

export function planSite({ registry, build, credentials }: SiteSpec, program: Program): Draft<StackSite> {
  const { certificate, problems } = readCertificate(build.ca, program.projectFolder);
  const plan = { ...program, registry: registryOf(registry, credentials, program), build, credentials, certificate };
  return { plan, problems: [...problems, ...registrySiteProblems(registry, program)], warnings: [] };
}

/** A build context's folder, relative to the project: an absolute one would differ between two checkouts. */
export function contextFolder(site: BuildSite, image: "model" | "server"): string {
  return `.triton-bert/${site.stack}/${site.model}/${image}`;
}

/** Build arguments that both images take from the stack's `build`. An absent proxy is absent, not empty: an empty
 *  HTTP_PROXY would switch off the one that the Docker client is configured with. */
export function commonArgs({ build }: BuildSite): Record<string, string> {
  const proxies = { HTTP_PROXY: build.proxy?.http, HTTPS_PROXY: build.proxy?.https, NO_PROXY: build.proxy?.no };
  const set = Object.entries(proxies).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { PACKAGE_INDEX: build.packageIndex ?? "", ...Object.fromEntries(set) };
}
