/** Secrets stand in `credentials` alone, stay secret, and are never shown. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { readStack } from "../../../components/stack/readStack";
import { GOOD, HUB, problemsWith, setConfig } from "./stack";

const TOKEN = "hf_Zq7SecretValue";

describe("credentials", () => {
  it("are handed on as secret outputs, by name", async () => {
    setConfig({ ...GOOD, credentials: { "hf-readonly": TOKEN } }, ["credentials"]);
    const { shared, problems } = readStack();
    expect(problems).toEqual([]);
    const output = shared.credentials["hf-readonly"];
    expect(await pulumi.isSecret(output as pulumi.Output<string>)).toBe(true);
    expect(await new Promise((resolve) => output?.apply(resolve))).toBe(TOKEN);
  });

  it("may be referred to by model, tokenizer, defaults and registry", () => {
    const hf = { ...HUB.hf, credential: "hub" };
    const registry = { repository: "a/b", username: "robot", credential: "push" };
    const keys = {
      ...GOOD,
      registry,
      models: { a: { model: { hf }, tokenizer: { hf } } },
      defaults: { model: { hf } },
    };
    expect(problemsWith({ ...keys, credentials: { hub: TOKEN, push: TOKEN } }, ["credentials"])).toEqual([]);
    expect(problemsWith({ ...keys, credentials: { hob: TOKEN, push: TOKEN } }, ["credentials"])).toEqual([
      'triton-bert:models.a.model.hf.credential (got "hub"): no entry of credentials has this name; did you mean "hob"?',
      'triton-bert:models.a.tokenizer.hf.credential (got "hub"): no entry of credentials has this name; did you mean "hob"?',
    ]);
  });
});

describe("refused, without a word of the secret", () => {
  const misplaced = { sentiment: { model: { hf: { ...HUB.hf, token: TOKEN, credential: TOKEN } } } };
  const cases: [string, Record<string, unknown>, string[], string[]][] = [
    [
      "in models",
      { ...GOOD, models: misplaced },
      ["models"],
      [
        "triton-bert:models: holds a secret, and only credentials may; take it out and store it with: pulumi config set --secret --path 'triton-bert:credentials.<name>'; where a token is needed, write its name: credential: <name>",
      ],
    ],
    ["in a text key", { ...GOOD, namespace: TOKEN }, ["namespace"], ["triton-bert:namespace: holds a secret"]],
    [
      "in the registry",
      { ...GOOD, registry: { repository: "a", password: TOKEN } },
      ["registry"],
      ["triton-bert:registry: holds a secret"],
    ],
    ["in an unknown key", { ...GOOD, token: TOKEN }, ["token"], ["triton-bert:token: there is no such option"]],
    [
      "plain in credentials",
      { ...GOOD, credentials: { hub: TOKEN } },
      [],
      ["triton-bert:credentials: stands in plain text"],
    ],
    [
      "two levels in credentials",
      { ...GOOD, credentials: { hub: { token: TOKEN } } },
      ["credentials"],
      ["triton-bert:credentials.hub: must be one secret text"],
    ],
    [
      "the whole of credentials",
      { ...GOOD, credentials: TOKEN },
      ["credentials"],
      ["triton-bert:credentials: must be a map"],
    ],
    [
      "the token for its name",
      { ...GOOD, models: { a: { model: { hf: { ...HUB.hf, credential: TOKEN } } } } },
      [],
      ["triton-bert:models.a.model.hf.credential: no entry of credentials has this name"],
    ],
    [
      "in an address",
      { ...GOOD, build: { packageIndex: `https://user:${TOKEN}@host/simple` } },
      [],
      ["triton-bert:build.packageIndex: holds a user or password"],
    ],
    [
      "in no address",
      { ...GOOD, build: { proxy: { http: `user:${TOKEN}@host` } } },
      [],
      ["triton-bert:build.proxy.http: "],
    ],
  ];
  it.each(cases)("%s", (_, keys, secrets, expected) => {
    const problems = problemsWith(keys, secrets);
    expect(problems.map((problem, index) => problem.slice(0, expected[index]?.length))).toEqual(expected);
    expect(problems.join("\n")).not.toContain(TOKEN);
  });
});
