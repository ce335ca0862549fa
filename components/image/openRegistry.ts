/** Opens the registry for a model: some kinds make a repository first, and log in anew in each run. In: the component, and where its
 *  images are built. Out: who owns the images, which wait for their repository, and the site with a login. */
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../shared/child";
import type { Locate } from "../shared/paths";
import type { BuildSite } from "./site";

export function openRegistry(owner: Owner, site: BuildSite, locate: Locate): { builder: Owner; site: BuildSite } {
  const opened = site.registry.open?.(owner, site.model, locate);
  if (opened === undefined) return { builder: owner, site };
  const { repository, login } = opened;
  const registry = { ...site.registry, login, loginForReading: () => pulumi.output(login) };
  return { builder: { ...owner, after: repository }, site: { ...site, registry } };
}
