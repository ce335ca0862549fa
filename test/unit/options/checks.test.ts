/** Names never collide once the checks have passed; and the args of a service made without a stack config are checked too. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiNameOptions } from "../../../components/image/options";
import { optionTree } from "../../../components/options/generate/optionTree";
import { readService } from "../../../components/options/readService";
import { wireContract } from "../../../components/shared/contract";
import { MODEL_KEY, objectNames } from "../../../components/shared/names";
import { pathText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { nameCollisions } from "../../../components/stack/nameCollisions";
import { HUB, modelProblems } from "../stack/stack";

describe("names", () => {
  const key = fc.oneof(
    fc.stringMatching(MODEL_KEY),
    fc.constantFrom("a", "a-metrics", "a-metrics-metrics", "constructor"),
  );
  const prefix = fc.stringMatching(/^([a-z][-a-z0-9]{0,13})?$/);

  it("of all Services are apart and legal where no collision is told, and only there", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 6 }), prefix, (keys, before) => {
        const names = keys.flatMap((one) => Object.values(objectNames(one, before)));
        const services = Object.fromEntries(keys.map((one) => [one, one]));
        const told = nameCollisions(services, before);
        expect(told.length === 0).toBe(new Set(names).size === names.length);
        for (const name of names) expect(name).toMatch(/^[a-z][-a-z0-9]{0,61}[a-z0-9]$|^[a-z]$/);
      }),
    );
  });
});

describe("the name in the URL", () => {
  it("may be what the renderer takes, no more and no less", () => {
    const spec = path.resolve(__dirname, "../../../exporter/triton_repository/spec.py");
    const python = /^API_NAME = re\.compile\(r"(.+)"\)$/m.exec(fs.readFileSync(spec, "utf8"))?.[1];
    // re.fullmatch
    expect(optionTree(apiNameOptions).pattern).toBe(`^${python}$`);
  });

  it("may not be that of a model behind the public one, whatever the contract calls them", () => {
    for (const apiName of Object.values(wireContract().roles))
      expect(modelProblems({ apiName })[0]).toMatch(/has a model of this name for its own use/);
  });
});

describe("args of one service", () => {
  const args = { model: HUB, registry: { repository: "registry.example.com/triton" } };
  const problemsOf = (name: string, wrong: unknown) =>
    readService(name, wrong).problems.map(({ path }) => pathText([name, ...path]));

  it("take Outputs where an option only reaches a resource", () => {
    const arn = pulumi.output("arn:aws:acm:…");
    const hub = pulumi.secret("token");
    const { spec } = readService("sentiment", {
      ...args,
      service: { annotations: { cert: arn } },
      credentials: { hub },
    });
    expect(spec.service.annotations.cert).toBe(arn);
    expect(spec.credentials.hub).toBe(hub);
  });

  it("refuse Outputs where the plain value is needed, and everything that a config could get wrong", () => {
    expect(problemsOf("sentiment", { ...args, tag: pulumi.output("v1") })).toEqual(["sentiment.tag"]);
    expect(problemsOf("Sentiment", { ...args, replcas: 1, models: {} })).toEqual([
      "Sentiment",
      "Sentiment.replcas",
      "Sentiment.models",
    ]);
    expect(problemsOf("a", { ...args, registry: { ...args.registry, username: "u" }, apiName: "model_onnx" })).toEqual([
      "a.apiName",
      "a.registry.username",
    ]);
  });

  it("are told in a ConfigError that names every problem and has no stack", () => {
    const error = new ConfigError([{ path: ["a", "b"], got: "x", because: "is wrong", remedy: "right it" }]);
    expect(error.message).toBe('1 problem in the config; nothing was created:\n  - a.b (got "x"): is wrong; right it');
    expect(error.stack).toBeUndefined();
    expect(pulumi.RunError.isInstance(error)).toBe(true);
  });
});
