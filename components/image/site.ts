/** Where and for whom the images of one model are built: what both image plans share and no option of a model says.
 *  In: the wiring. Out: plain data, and the folder that a build context gets. */
import type { BuildOptions } from "./options";
import type { Registry } from "./registries/generic";

/** The platform of every image; unset, the provider takes that of the machine that previews. */
export const PLATFORM = "linux/amd64";

export interface BuildSite {
  readonly project: string;
  readonly stack: string;
  /** The model's key. */
  readonly model: string;
  /** Absolute; the folder that relative paths of the config, and the provider's own working directory, refer to. */
  readonly projectFolder: string;
  readonly registry: Registry;
  readonly build: BuildOptions;
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
