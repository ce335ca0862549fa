/** Storage `hf`: a repository on the Hugging Face Hub or its mirror, at one commit. */
import { z } from "zod";
import { credentialName } from "../credentials";
import { storage } from "./storage";

const options = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]+(\/[\w.-]+)?$/, "must be a Hub id such as acme/sentiment")
      .meta({ remedy: "copy the id from the model's page on the Hub: owner/name" })
      .describe("Repository id on the Hugging Face Hub."),
    revision: z
      .string()
      .regex(
        /^[0-9a-f]{40}$/,
        "must be a full commit hash of 40 hex digits: a branch or tag moves, and would put two models under one name",
      )
      .describe("Full commit hash.")
      .meta({ remedy: "copy the commit's hash from the model's page on the Hub, Files and versions → History" }),
    credential: credentialName(["token"], "that may read the repository. Default: none."),
  })
  .describe("A repository on the Hugging Face Hub.");

export const hf = storage({
  options,
  prepare({ id, revision, credential }, { hubEndpoint }) {
    const endpoint = hubEndpoint === undefined ? {} : { endpoint: hubEndpoint };
    const spec = { hf: { id, revision, ...endpoint } };
    return { source: { spec, files: new Map(), described: `hf:${id}@${revision}`, credential }, problems: [] };
  },
});
