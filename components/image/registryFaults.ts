/** What a registry does to an image that the docker provider can't mend: it refuses another one under a tag that it has, or has lost one,
 *  for which the provider never looks (pulumi-docker#593). In: an error of a build or push, or the image that is gone; and where its
 *  model stands in the config. Out: words that say how to go on. */
import type * as pulumi from "@pulumi/pulumi";
import { type Locate, pathText } from "../shared/paths";
import { ToldError } from "../shared/toldError";

/** Build argument of a server image: the model image that it is built from. */
export const MODEL_IMAGE = "MODEL_IMAGE";

/** How registries refuse another image under a tag that they have: ECR ("cannot be overwritten because the repository is immutable"),
 *  Harbor ("configured as immutable"), Artifact Registry ("cannot update tag", "tag immutability"), Nexus ("does not allow updating
 *  assets"), ACR of a locked tag ("operation is disallowed"). */
const TAG_REFUSED = /immutab|cannot be overwritten|cannot update tag|not allow updating|operation is disallowed/i;
/** How engines and registries say that there is no such image. */
const NOT_FOUND = /not found|manifest[ _]unknown|name[ _]unknown/i;

const CLEAN_UP = "Keep the registry's clean-up away from tags that are in use (docs/registries.md)";

/** An image on its way to the registry. */
export interface Push {
  /** repository:tag */
  readonly imageName: string;
  /** ImageOptions.attempt. */
  readonly attempt: number;
  readonly locate: Locate;
}

/** Words for an error that the registry is behind; undefined for any other. `from`: the image of ours that it was built from. */
export function registryFaultText(error: string, push: Push, from?: string): string | undefined {
  const { imageName, attempt, locate } = push;
  if (TAG_REFUSED.test(error))
    return [
      `the registry has ${imageName} already, and refuses another image under this tag.`,
      "An up that was ended after its push has left it, or a stack that was destroyed; builds are not the same to the byte, so that it is this one can't be proven.",
      `Go on in one of two ways: ${nextAttempt(attempt, locate)}; or, where nothing runs from it, delete the tag in the registry`,
    ].join(" ");
  if (from !== undefined && error.includes(from) && NOT_FOUND.test(error))
    return `the registry no longer has ${from}, the model image that this server image is built from: ${nextAttempt(attempt, locate)}. ${CLEAN_UP}`;
  return undefined;
}

/** A server image that pods refer to, and that the registry has lost. */
export class LostImage extends ToldError {
  constructor(name: string, { imageName, attempt, locate }: Push, resource: pulumi.Resource | undefined) {
    const text = [
      `the registry no longer has ${imageName}, the server image of the model ${name}; nothing of it was changed in the cluster.`,
      `Its pods run on where they are, and no other node can pull it: ${nextAttempt(attempt, locate)}.`,
      `${CLEAN_UP}.`,
    ].join(" ");
    super(text, resource);
  }
}

/** The way out, whatever became of a tag: the hash, and with it both tags and the model image's logical name, are new. */
const nextAttempt = (attempt: number, locate: Locate): string =>
  `set ${pathText(locate(["image", "attempt"]))} to ${attempt + 1}, which builds both images of the model and pushes them under new tags`;
