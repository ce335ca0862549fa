/** Storage `http`: what is refused at preview, and in which words. */
import { describe, expect, it } from "vitest";
import { GOOD, problemsWith } from "./stack";

const AT = "triton-bert:models.sentiment.model.http";
const SHA = "0123456789abcdef".repeat(4);
const FILE = { url: "https://nexus.example.com/model.zip", sha256: SHA };
const FILES = { "config.json": FILE, "model.safetensors": FILE };
const CREDENTIALS = { robot: { username: "robot", password: "p4ss" }, hub: { token: "t0ken" } };
const LEAKED = "q7SecretValue";

const problemsOf = (http: object, more: object = {}) =>
  problemsWith({ ...GOOD, credentials: CREDENTIALS, models: { sentiment: { model: { http }, ...more } } }, [
    "credentials",
  ]);

describe("http", () => {
  it.each([
    ["an archive", { archive: FILE }],
    ["files", { files: FILES }],
    ["a login", { archive: FILE, credential: "robot" }],
    ["a token", { files: FILES, credential: "hub" }],
    ["no credential on a plain address", { archive: { ...FILE, url: "http://web.internal:8081/a.tgz" } }],
    ["a query that holds no secret", { archive: { ...FILE, url: "https://host/a?download=1&monkey=2" } }],
  ])("takes %s", (_, http) => {
    expect(problemsOf(http)).toEqual([]);
  });

  it("takes a tokenizer without weights", () => {
    expect(problemsOf({ archive: FILE }, { tokenizer: { http: { files: { "vocab.txt": FILE } } } })).toEqual([]);
  });

  it.each([
    ["neither", {}, `${AT}: none of archive, files is set; set exactly one of archive, files`],
    ["a credential alone", { credential: "hub" }, `${AT}: none of archive, files is set; set exactly one of`],
    [
      "both",
      { archive: FILE, files: FILES, credential: "hub" },
      `${AT}: archive and files exclude each other; set exactly one of`,
    ],
    ["a misspelt choice", { archiv: FILE }, `${AT}.archiv: there is no such option; did you mean "archive"?`],
    ["no hash", { archive: { url: FILE.url } }, `${AT}.archive.sha256: required, but not set; set it: copy it from`],
    [
      "another hash",
      { archive: { ...FILE, sha256: "d41d8cd98f00b204e9800998ecf8427e" } },
      `${AT}.archive.sha256 (got "d41d8cd98f00b204e9800998ecf8427e"): must be a SHA-256 of 64 lower-case hex digits; copy it from`,
    ],
    [
      "no address",
      { archive: { ...FILE, url: "/a.zip" } },
      `${AT}.archive.url (got "/a.zip"): must be an address such as`,
    ],
    [
      "another protocol",
      { archive: { ...FILE, url: "s3://a/b" } },
      `${AT}.archive.url (got "s3://a/b"): must be an address such as`,
    ],
    [
      "a folder",
      { files: { ...FILES, "onnx/model.onnx": FILE } },
      `${AT}.files["onnx/model.onnx"] (got "onnx/model.onnx"): must be a file's name, without a folder; write name: { url, sha256 }`,
    ],
    ["no weights", { files: { "config.json": FILE } }, `${AT}.files: there is no PyTorch weights; name every file`],
    [
      "nothing that a model needs",
      { files: { "vocab.txt": FILE } },
      `${AT}.files: there is no config.json and no PyTorch weights; name every file`,
    ],
    [
      "a login in plain text",
      { archive: { ...FILE, url: "HTTP://nexus.internal/a.zip" }, credential: "robot" },
      `${AT}.archive.url (got "HTTP://nexus.internal/a.zip"): the credential would be sent in plain text; use https://`,
    ],
    [
      "one login for two servers",
      { files: { ...FILES, "vocab.txt": { ...FILE, url: "https://other.example.com/v" } }, credential: "hub" },
      `${AT}.credential (got "hub"): it would be sent to https://nexus.example.com and https://other.example.com; name files`,
    ],
  ])("refuses %s", (_, http, expected) => {
    const problems = problemsOf(http);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, expected.length)).toBe(expected);
  });

  it("refuses a login in plain text for each file", () => {
    const plain = { ...FILE, url: "http://nexus.internal/file" };
    const problems = problemsOf({ files: { "config.json": plain, "model.safetensors": plain }, credential: "hub" });
    const names = ["config.json", "model.safetensors"];
    expect(problems.map((problem) => problem.split(" (got")[0])).toEqual(
      names.map((name) => `${AT}.files["${name}"].url`),
    );
  });

  it.each([
    ["a password", `https://robot:${LEAKED}@host/a.zip`, "user or password"],
    ["a token", `https://host/a.zip?access_token=${LEAKED}`, "secret in its query (access_token)"],
    ["Azure's signature", `https://host/a.zip?se=2026&sig=${LEAKED}`, "secret in its query (sig)"],
    ["Amazon's signature", `https://host/a.zip?X-Amz-Signature=${LEAKED}`, "secret in its query (X-Amz-Signature)"],
    ["an API key", `https://host/a.zip?apikey=${LEAKED}`, "secret in its query (apikey)"],
    ["a private token", `https://host/a.zip?private_token=${LEAKED}`, "secret in its query (private_token)"],
  ])("refuses an address with %s, and does not repeat it", (_, url, what) => {
    const [problem = "", ...others] = problemsOf({ archive: { ...FILE, url } });
    expect(others).toEqual([]);
    expect(problem).toContain(`${AT}.archive.url: holds a ${what}, which would be stored in plain text; take it out`);
    expect(problem).not.toContain(LEAKED);
  });

  it("looks into every address of a stack", () => {
    const [problem] = problemsWith({ ...GOOD, build: { packageIndex: `https://host/simple?token=${LEAKED}` } });
    expect(problem).toMatch(/^triton-bert:build\.packageIndex: holds a secret in its query \(token\)/);
    expect(problem).not.toContain(LEAKED);
  });
});
