/** What the build of a server image has found out, read back from the image: its last layer holds the verdict on the model and the
 *  parity figures of its export. In: the image by digest, and the registry's login. Out: both. That they can't be read stops nothing,
 *  for the startup probe goes by the verdict, too; that the registry has lost the image does, for no other node could pull it. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Owner } from "../shared/child";
import type { Quality } from "../shared/outputs";
import type { Locate } from "../shared/paths";
import { locateWarning, warningText } from "../shared/problems";
import { parseQuality } from "./quality";
import type { Registry } from "./registries/registry";
import { type Access, ImageGone, lastLayer } from "./registryClient";
import { LostImage } from "./registryFaults";
import type { ServerImage } from "./serverImage";
import { fileIfInTar, fileInTar } from "./tar";
import { parseVerdict, Refusal, type Verdict } from "./verdict";

const LIMIT_MILLISECONDS = 5_000;
/** Where the image has it. */
const FOLDER = "opt/triton-bert";

export interface Proof {
  /** The image, for what waits for it: rejected where its build has refused the model, and where the registry has lost it. */
  readonly accepted: pulumi.Output<pulumi.Resource>;
  readonly quality: pulumi.Output<Quality>;
}

/** Unknown in a preview that will build the image. */
export function proof(
  { name, resource }: Owner,
  { image, digest, name: imageName, attempt, reference }: ServerImage,
  registry: Registry,
  locate: Locate,
): Proof {
  const tag = reference === imageName ? imageName.slice(imageName.lastIndexOf(":") + 1) : undefined;
  const { ca } = registry;
  const read = digest.apply((pushed) =>
    pulumi.output(registry.loginForReading()).apply((login) => readProof(pushed, tag, { login, ca })),
  );
  // What is read is no secret, though a password helped to fetch it.
  const found = pulumi.unsecret(read);
  const accepted = found.apply(({ problems, warnings, unreadable, gone }) => {
    if (gone) throw new LostImage(name, { imageName, attempt, locate }, resource);
    for (const warning of warnings) void pulumi.log.warn(warningText(locateWarning(warning, locate)), resource);
    if (problems.length > 0) throw new Refusal(name, problems, resource, locate);
    if (unreadable !== undefined) void pulumi.log.warn(unreadableText(unreadable), resource);
    return image;
  });
  return { accepted, quality: found.apply(({ quality }) => quality) };
}

export interface Found extends Verdict {
  readonly quality: Quality;
  readonly unreadable?: string;
  /** The registry says that it does not have the image. */
  readonly gone?: true;
}

/** Never rejects. `tag`: what pods call the image by, if not by its digest. */
export async function readProof(
  reference: string,
  tag: string | undefined,
  access: Omit<Access, "signal">,
): Promise<Found> {
  try {
    const layer = await lastLayer(reference, tag, { ...access, signal: AbortSignal.timeout(LIMIT_MILLISECONDS) });
    const json = (name: string): unknown => JSON.parse(fileInTar(layer, `${FOLDER}/${name}`).toString("utf8"));
    const verdict = parseVerdict(json("verdict.json"));
    // A model that is not exported has no figures.
    const refused = verdict.problems.length > 0;
    const graph = fileIfInTar(layer, `${FOLDER}/graph.json`);
    return {
      ...verdict,
      quality: refused
        ? { unavailable: "the model is refused" }
        : parseQuality(json("quality.json"), graph && JSON.parse(graph.toString("utf8"))),
    };
  } catch (problem) {
    const unreadable = `the last layer of the server image could not be read: ${reason(problem)}`;
    const gone = problem instanceof ImageGone ? ({ gone: true } as const) : {};
    return { problems: [], warnings: [], quality: { unavailable: unreadable }, unreadable, ...gone };
  }
}

const unreadableText = (reason: string): string =>
  `whether its build has refused the model is not known: ${reason}. If it has, no pod gets ready.`;

/** Node's codes of a certificate that no CA of its has signed. */
const isUntrusted = (problem: NodeJS.ErrnoException): boolean =>
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?))$/.test(
    problem.code ?? "",
  );

/** One line. */
function reason(problem: unknown): string {
  if (problem instanceof z.ZodError) return "not in the form that this version knows";
  if (!(problem instanceof Error)) return String(problem);
  if (problem.name === "TimeoutError") return `no answer within ${LIMIT_MILLISECONDS / 1000} s`;
  // of each address of the host
  if (problem instanceof AggregateError) return reason(problem.errors[0]);
  if (isUntrusted(problem))
    return `${problem.message}; if its CA is a private one, name its file in registry.generic.ca`;
  return problem.message;
}
