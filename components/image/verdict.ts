/** What a server image's build found wrong with the model, as data: the build of a model that is refused succeeds, or nobody would be
 *  told why. In: verdict.json (images/server, triton_repository/verdict.py). Out: problems at options' paths, and the error that stops
 *  what depends on the image. */

import type * as pulumi from "@pulumi/pulumi";
import { ResourceError } from "@pulumi/pulumi/errors";
import { z } from "zod";
import type { Locate } from "../shared/paths";
import { locateProblem, type Problem, problemText } from "../shared/problems";
import { optionPath } from "./serverSpec";

const verdict = z.object({
  problems: z.array(
    z.object({ path: z.array(z.union([z.string(), z.number()])), because: z.string(), remedy: z.string() }),
  ),
});

/** The problems, each at its option.
 *  @throws ZodError for what is no verdict */
export function parseVerdict(json: unknown): Problem[] {
  return verdict.parse(json).problems.map(({ path, ...told }) => ({ path: optionPath(path), ...told }));
}

/** A model that its own build has refused. One error for all the resources that are not made for it. */
export class Refusal extends ResourceError {
  constructor(name: string, problems: readonly Problem[], resource: pulumi.Resource | undefined, locate: Locate) {
    const text = [
      `the model ${name} is refused; nothing of it was changed in the cluster:`,
      ...problems.map((problem) => problemText(locateProblem(problem, locate))),
    ].join("\n");
    super(text, resource, true);
    // Pulumi's SDK puts the property that waited in front of an error's message, once for each (runtime/rpc.js).
    Object.defineProperty(this, "message", { get: () => text, set: () => {} });
  }
}
