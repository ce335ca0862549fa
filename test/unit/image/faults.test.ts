/** What is told of a build of which the docker provider tells nothing but the exit code. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FAULTS_FILE, faultText, SERVER_FAULTS_FILE } from "../../../components/image/faults";
import type { Source } from "../../../components/image/storages/storage";

const source = (more: Partial<Source> = {}): Source => ({
  spec: {},
  files: new Map(),
  described: "hf:acme/mood@9f1c",
  ...more,
});
const BUILD = {
  sources: { model: source({ credential: "hub" }), tokenizer: source({ described: "http:https://host/words.zip" }) },
  locate: (path: readonly PropertyKey[]) => ["triton-bert:models", "mood", ...path],
  command: "docker build .triton-bert/dev/mood/model",
};
const failed = (code: number) => [
  `error building image: executor failed running [/bin/sh -c python3 -m bert_exporter]: exit code: ${code}`,
];
const SEE = "To see all that it says: docker build .triton-bert/dev/mood/model";

describe("a failed build", () => {
  it("is told with option, source, credential, reason and remedy", () => {
    expect(faultText(failed(11), BUILD)).toBe(
      `triton-bert:models.mood.model: hf:acme/mood@9f1c, asked with the credential hub, does not hand the files out; name a credential that may read them, or renew the one that is named. ${SEE}`,
    );
  });

  it("of the tokenizer's source is told so", () => {
    expect(faultText(failed(30), BUILD)).toMatch(
      /^triton-bert:models\.mood\.tokenizer: http:https:\/\/host\/words\.zip, asked with no credential, did not answer/,
    );
  });

  it("of a server image is told at the option that it stands in the way of", () => {
    expect(faultText(failed(40), { ...BUILD, sources: {} })).toMatch(
      /^triton-bert:models\.mood\.precision: the CPU that builds lacks VNNI, .*; build on a CPU that has it .*, or set precision to fp32\. To see all/,
    );
  });

  it("has a code of its own, whichever image it is of", () => {
    const [ofSources, ofServer] = [FAULTS_FILE, SERVER_FAULTS_FILE].map((file) =>
      JSON.parse(readFileSync(file, "utf8")),
    );
    const codes = (kinds: Record<string, { code: number }>) => Object.values(kinds).map(({ code }) => code);
    const sources = codes(ofSources.kinds);
    const all = [...sources, ...sources.map((code) => code + ofSources.tokenizerOnTop), ...codes(ofServer)];
    expect(new Set(all).size).toBe(all.length);
  });

  it("for want of memory is told so", () => {
    expect(faultText(failed(137), BUILD)).toMatch(/too little memory/);
  });

  it.each([
    ["another exit code", failed(1)],
    ["another error", ["failed to connect to any docker daemon"]],
    ["no error", []],
  ])("with %s says how to see more", (_, errors) => {
    expect(faultText(errors, BUILD)).toBe(`the build failed. ${SEE}`);
  });
});
