/** Secrets stand in `credentials` alone, stay secret, and are never shown. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { readStack } from "../../../components/stack/readStack";
import { GOOD, HUB, problemsWith, setConfig } from "./stack";

const TOKEN = "hf_Zq7SecretValue";

const LOGIN = { username: "robot", password: TOKEN };

/** The value of an output. */
const known = <Value>(output: pulumi.Input<Value>): Promise<pulumi.Unwrap<Value>> =>
  new Promise((resolve) => void pulumi.output(output).apply(resolve));

describe("credentials", () => {
  it("are handed on by name, each field a secret", async () => {
    setConfig({ ...GOOD, credentials: { "hf-readonly": { token: TOKEN }, push: LOGIN } }, ["credentials"]);
    const { shared, problems } = readStack();
    expect(problems).toEqual([]);
    expect(await known(shared.credentials)).toEqual({ "hf-readonly": { token: TOKEN }, push: LOGIN });
    const fields = Object.values(shared.credentials).flatMap((entry) => Object.values(entry));
    expect(fields).toHaveLength(3);
    for (const field of fields) expect(await pulumi.isSecret(pulumi.output(field))).toBe(true);
  });

  const hf = { ...HUB.hf, credential: "hub" };
  const keys = {
    ...GOOD,
    registry: { generic: { repository: "a/b", credential: "push" } },
    models: { a: { model: { hf }, tokenizer: { hf } } },
    defaults: { model: { hf } },
  };
  const told = (credentials: object) => problemsWith({ ...keys, credentials }, ["credentials"]);

  it("may be referred to by model, tokenizer, defaults and registry", () => {
    expect(told({ hub: { token: TOKEN }, push: LOGIN })).toEqual([]);
    expect(told({ hob: { token: TOKEN }, push: LOGIN })).toEqual([
      'triton-bert:models.a.model.hf.credential (got "hub"): no entry of credentials has this name; did you mean "hob"?',
      'triton-bert:models.a.tokenizer.hf.credential (got "hub"): no entry of credentials has this name; did you mean "hob"?',
    ]);
  });

  it("are of the kind that is taken where they are named", () => {
    expect(told({ hub: LOGIN, push: { token: TOKEN } })).toEqual([
      'triton-bert:registry.generic.credential (got "push"): this entry of credentials is { token }, and a login needs a user too; set username beside it, or name an entry that is { username, password }',
      ...["model", "tokenizer"].map(
        (role) =>
          `triton-bert:models.a.${role}.hf.credential (got "hub"): this entry of credentials is { username, password }, and { token } is needed here; name one that is { token }; to add one, store each field of { token } with: pulumi config set --secret --path 'triton-bert:credentials.<name>.<field>'`,
      ),
    ]);
  });

  it("for pulling alone is a login, too", () => {
    const generic = { repository: "a/b", pullSecret: { credential: "hub" } };
    const credentials = { hub: { token: TOKEN } };
    expect(problemsWith({ ...GOOD, registry: { generic }, credentials }, ["credentials"])).toEqual([
      expect.stringMatching(
        /^triton-bert:registry\.generic\.pullSecret\.credential \(got "hub"\): this entry of credentials is \{ token \}, and \{ username, password \} is needed here/,
      ),
    ]);
  });

  it("that can't be read are told once, not again where they are named", () => {
    expect(told({ hub: TOKEN, push: {} }).map((problem) => problem.split(": ")[0])).toEqual([
      "triton-bert:credentials.hub",
      "triton-bert:credentials.push",
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
        "triton-bert:models: holds a secret, and only credentials may; take it out and store it with: pulumi config set --secret --path 'triton-bert:credentials.<name>.token'; where a token is needed, write its name: credential: <name>",
      ],
    ],
    ["in a text key", { ...GOOD, namespace: TOKEN }, ["namespace"], ["triton-bert:namespace: holds a secret"]],
    [
      "in the registry",
      { ...GOOD, registry: { generic: { repository: "a", password: TOKEN } } },
      ["registry"],
      ["triton-bert:registry: holds a secret"],
    ],
    ["in an unknown key", { ...GOOD, token: TOKEN }, ["token"], ["triton-bert:token: there is no such option"]],
    [
      "plain in credentials",
      { ...GOOD, credentials: { hub: { token: TOKEN } } },
      [],
      ["triton-bert:credentials: stands in plain text"],
    ],
    [
      "text alone in credentials, the old form",
      { ...GOOD, credentials: { hub: TOKEN } },
      ["credentials"],
      [
        "triton-bert:credentials.hub: must be a map, not text; write exactly one of { token }, { username, password }, { accessKeyId, secretAccessKey }; text alone is the old form: take it out with pulumi config rm",
      ],
    ],
    [
      "two kinds in one",
      { ...GOOD, credentials: { hub: { token: TOKEN, ...LOGIN } } },
      ["credentials"],
      [
        "triton-bert:credentials.hub: has token and username and password, which is no kind of credential; write exactly one of { token }, { username, password }",
      ],
    ],
    [
      "half a login",
      { ...GOOD, credentials: { hub: { password: TOKEN } } },
      ["credentials"],
      [
        "triton-bert:credentials.hub: has password, which is no kind of credential; write exactly one of { token }, { username, password }",
      ],
    ],
    [
      "nothing in an entry",
      { ...GOOD, credentials: { hub: {}, other: { token: " " } } },
      ["credentials"],
      [
        "triton-bert:credentials.hub: has no field; write exactly one of { token }, { username, password }",
        "triton-bert:credentials.other.token: must not be empty",
      ],
    ],
    [
      "an unknown field",
      { ...GOOD, credentials: { hub: { tokn: TOKEN } } },
      ["credentials"],
      ['triton-bert:credentials.hub.tokn: there is no such option; did you mean "token"?'],
    ],
    [
      "no text",
      { ...GOOD, credentials: { hub: { token: [TOKEN] } } },
      ["credentials"],
      ["triton-bert:credentials.hub.token: must be text, not a list"],
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
