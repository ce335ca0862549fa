/** What a server image's build found out about the model, as data: the build of a model that is refused succeeds, or nobody would be
 *  told why; and what a build prints nobody sees. In: verdict.json (images/server, triton_repository/verdict.py). Out: problems and
 *  warnings at options' paths, and the error that stops what depends on the image. */

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Locate } from "../shared/paths";
import { locateProblem, type Problem, problemText, type Warning } from "../shared/problems";
import { ToldError } from "../shared/toldError";
import { optionPath } from "./serverSpec";

const path = z.array(z.union([z.string(), z.number()]));
const verdict = z.object({
  problems: z.array(z.object({ path, because: z.string(), remedy: z.string() })),
  // An image of an earlier version has none.
  warnings: z.array(z.object({ path, text: z.string() })).default([]),
});

export interface Verdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** Each at its option.
 *  @throws ZodError for what is no verdict */
export function parseVerdict(json: unknown): Verdict {
  const { problems, warnings } = verdict.parse(json);
  return { problems: problems.map(atOption), warnings: warnings.map(atOption) };
}

const atOption = <Told extends { path: PropertyKey[] }>({ path, ...told }: Told) => ({
  ...told,
  path: optionPath(path),
});

/** A model that its own build has refused. One error for all the resources that are not made for it. */
export class Refusal extends ToldError {
  constructor(name: string, problems: readonly Problem[], resource: pulumi.Resource | undefined, locate: Locate) {
    const text = [
      `the model ${name} is refused; nothing of it was changed in the cluster:`,
      ...problems.map((problem) => problemText(locateProblem(problem, locate))),
    ].join("\n");
    super(text, resource);
  }
}
