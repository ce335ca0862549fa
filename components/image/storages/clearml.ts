/** Storage `clearml`: the weights package of a model that a ClearML server knows. A model can be changed there as long as it is not
 *  published, and a name can come to mean another one, so that either the hash of the package is said, or the build asks for a
 *  published model. */
import { z } from "zod";
import type { Path } from "../../shared/paths";
import type { Problem } from "../../shared/problems";
import { neededCredential } from "../credentials";
import { plainUrl } from "../plainUrl";
import { sha256Of, shownHash } from "./contentHash";
import { storage } from "./storage";

const options = z
  .strictObject({
    modelId: z.string().min(1).optional().describe("The model's id; instead of project and name."),
    project: z
      .string()
      .min(1)
      .optional()
      .describe("The project that name is looked for in, such as NLP/Reviews; needs sha256."),
    name: z.string().min(1).optional().describe("The model's name in its project; of several the newest is meant."),
    sha256: sha256Of("the package, a zip").optional(),
    server: z
      .strictObject({
        api: plainUrl.describe("The API server, such as http://clearml:8008."),
        files: plainUrl.describe(
          "The file server, such as http://clearml:8081. It alone is asked with the session's token.",
        ),
      })
      .default({ api: "https://api.clear.ml", files: "https://files.clear.ml" })
      .describe("The ClearML server."),
    credential: neededCredential(["keys"], "of a user of the server."),
  })
  .describe("A model on a ClearML server, uploaded with OutputModel.update_weights_package(). See docs/storages.md.");

type Options = z.output<typeof options>;

export const clearml = storage({
  options,
  problems: (fields, _, at) => [...whichProblems(fields, at), ...movingProblems(fields, at)],
  prepare: ({ credential, ...fields }) => ({
    source: { spec: { clearml: fields }, files: new Map(), described: described(fields), credential },
    problems: [],
  }),
});

/** Not one model, or two. */
function whichProblems({ modelId, project, name }: Options, at: Path): Problem[] {
  const remedy = "set modelId, or project and name";
  const named = project !== undefined && name !== undefined;
  if (modelId === undefined) return named ? [] : [{ path: at, because: "does not say which model", remedy }];
  if (project === undefined && name === undefined) return [];
  return [{ path: at, because: "modelId excludes project and name", remedy }];
}

/** A name without what it means today. */
function movingProblems({ name, sha256 }: Options, at: Path): Problem[] {
  if (name === undefined || sha256 !== undefined) return [];
  const because = "required beside name, which may come to mean another model and would put two under one content hash";
  const remedy = "set it to what sha256sum prints for the package; or set modelId instead of project and name";
  return [{ path: [...at, "sha256"], because, remedy }];
}

function described({ modelId, project, name, sha256 }: Omit<Options, "credential">): string {
  return `clearml:${modelId ?? `${project}/${name}`}${sha256 === undefined ? "" : `@${shownHash(sha256)}`}`;
}
