/** Storage `clearml`: what is refused at preview, and in which words. */
import { describe, expect, it } from "vitest";
import { GOOD, problemsWith } from "./stack";

const AT = "triton-bert:models.sentiment.model.clearml";
const CREDENTIALS = { robot: { accessKeyId: "AK", secretAccessKey: "s3cret" }, hub: { token: "t0ken" } };
const NAMED = { project: "NLP/Reviews", name: "sentiment", sha256: "0123456789abcdef".repeat(4) };

const problemsOf = (fields: object) => {
  const model = { clearml: { credential: "robot", ...fields } };
  return problemsWith({ ...GOOD, credentials: CREDENTIALS, models: { sentiment: { model } } }, ["credentials"]);
};

describe("clearml", () => {
  it.each([
    ["a model by its id", { modelId: "0a1b2c" }],
    ["a model by its id and content", { modelId: "0a1b2c", sha256: NAMED.sha256 }],
    ["a model by project and name", NAMED],
    ["a server of one's own", { ...NAMED, server: { api: "http://clearml:8008", files: "http://clearml:8081" } }],
  ])("takes %s", (_, fields) => {
    expect(problemsOf(fields)).toEqual([]);
  });

  it.each([
    ["no model", {}, `${AT}: does not say which model; set modelId, or project and name`],
    ["half a name", { name: "sentiment", sha256: NAMED.sha256 }, `${AT}: does not say which model; set modelId, or`],
    ["two models", { ...NAMED, modelId: "0a1b2c" }, `${AT}: modelId excludes project and name; set modelId, or`],
    [
      "a name that may come to mean another model",
      { project: "NLP/Reviews", name: "sentiment" },
      `${AT}.sha256: required beside name, which may come to mean another model`,
    ],
    ["no credential", { modelId: "x", credential: undefined }, `${AT}.credential: required, but not set; set it`],
    [
      "another kind of credential",
      { modelId: "x", credential: "hub" },
      `${AT}.credential (got "hub"): this entry of credentials is { token }, and { accessKeyId, secretAccessKey } is needed here`,
    ],
    [
      "half a server, whose files would be asked for elsewhere",
      { modelId: "x", server: { api: "http://clearml:8008" } },
      `${AT}.server.files: required, but not set; set it: write the whole address`,
    ],
    [
      "a server without protocol",
      { modelId: "x", server: { api: "clearml:8008", files: "http://clearml:8081" } },
      `${AT}.server.api (got "clearml:8008"): must be an address such as https://host/path`,
    ],
  ])("refuses %s", (_, fields, expected) => {
    const problems = problemsOf(fields);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, expected.length)).toBe(expected);
  });
});
