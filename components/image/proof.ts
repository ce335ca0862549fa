/** What the build of a server image has found out, read back from the image: its last layer holds the verdict on the model and the
 *  parity figures of its export. In: the image by digest, and the registry's login. Out: both. That they can't be read stops nothing,
 *  for the startup probe goes by the verdict, too. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Owner } from "../shared/child";
import type { Quality } from "../shared/outputs";
import type { Locate } from "../shared/paths";
import type { Problem } from "../shared/problems";
import { parseQuality } from "./quality";
import type { Registry } from "./registries/registry";
import { type Login, lastLayer } from "./registryClient";
import type { ServerImage } from "./serverImage";
import { fileInTar } from "./tar";
import { parseVerdict, Refusal } from "./verdict";

const LIMIT_MILLISECONDS = 5_000;
/** Where the image has it. */
const FOLDER = "opt/triton-bert";

export interface Proof {
  /** The image, for what waits for it: rejected where its build has refused the model. */
  readonly accepted: pulumi.Output<pulumi.Resource>;
  readonly quality: pulumi.Output<Quality>;
}

/** Unknown in a preview that will build the image. */
export function proof(
  { name, resource }: Owner,
  { image, digest }: Pick<ServerImage, "image" | "digest">,
  registry: Registry,
  locate: Locate,
): Proof {
  const read = digest.apply((reference) =>
    pulumi.output(registry.loginForReading()).apply((login) => readProof(reference, login)),
  );
  // What is read is no secret, though a password helped to fetch it.
  const found = pulumi.unsecret(read);
  const accepted = found.apply(({ problems, unreadable }) => {
    if (problems.length > 0) throw new Refusal(name, problems, resource, locate);
    if (unreadable !== undefined) void pulumi.log.warn(unreadableText(unreadable), resource);
    return image;
  });
  return { accepted, quality: found.apply(({ quality }) => quality) };
}

export interface Found {
  readonly problems: readonly Problem[];
  readonly quality: Quality;
  readonly unreadable?: string;
}

/** Never rejects. */
export async function readProof(reference: string, login: Login | undefined): Promise<Found> {
  try {
    const layer = await lastLayer(reference, login, AbortSignal.timeout(LIMIT_MILLISECONDS));
    const json = (name: string): unknown => JSON.parse(fileInTar(layer, `${FOLDER}/${name}`).toString("utf8"));
    const problems = parseVerdict(json("verdict.json"));
    // A model that is not exported has no figures.
    const quality = problems.length > 0 ? { unavailable: "the model is refused" } : parseQuality(json("quality.json"));
    return { problems, quality };
  } catch (problem) {
    const unreadable = `the last layer of the server image could not be read: ${reason(problem)}`;
    return { problems: [], quality: { unavailable: unreadable }, unreadable };
  }
}

const unreadableText = (reason: string): string =>
  `whether its build has refused the model is not known: ${reason}. If it has, no pod gets ready.`;

/** One line, and of a failed `fetch` its cause, for its own message says nothing. */
function reason(problem: unknown): string {
  if (problem instanceof z.ZodError) return "not in the form that this version knows";
  if (!(problem instanceof Error)) return String(problem);
  if (problem.name === "TimeoutError") return `no answer within ${LIMIT_MILLISECONDS / 1000} s`;
  return problem.cause instanceof Error ? reason(problem.cause) : problem.message;
}
