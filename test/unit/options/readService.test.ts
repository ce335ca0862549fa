/** The args of a service made without a stack config are checked as a config is. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { readService } from "../../../components/options/readService";
import { pathText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { HUB } from "../stack/stack";

describe("args of one service", () => {
  const args = { model: HUB, registry: { generic: { repository: "registry.example.com/triton" } } };
  const problemsOf = (name: string, wrong: unknown) =>
    readService(name, wrong).problems.map(({ path }) => pathText([name, ...path]));

  it("take Outputs where an option only reaches a resource", () => {
    const arn = pulumi.output("arn:aws:acm:…");
    const token = pulumi.secret("token");
    const { spec } = readService("sentiment", {
      ...args,
      service: { annotations: { cert: arn } },
      credentials: { hub: { token } },
    });
    expect(spec.service.annotations.cert).toBe(arn);
    expect(spec.credentials.hub?.token).toBe(token);
  });

  it("refuse Outputs where the plain value is needed, and everything that a config could get wrong", () => {
    expect(problemsOf("sentiment", { ...args, tag: pulumi.output("v1") })).toEqual(["sentiment.tag"]);
    expect(problemsOf("Sentiment", { ...args, replcas: 1, models: {} })).toEqual([
      "Sentiment",
      "Sentiment.replcas",
      "Sentiment.models",
    ]);
    const registry = { generic: { ...args.registry.generic, username: "u" } };
    expect(problemsOf("a", { ...args, registry, apiName: "model_onnx" })).toEqual([
      "a.apiName",
      "a.registry.generic.username",
    ]);
  });

  it("are told in a ConfigError that names every problem and has no stack", () => {
    const error = new ConfigError([{ path: ["a", "b"], got: "x", because: "is wrong", remedy: "right it" }]);
    expect(error.message).toBe('1 problem in the config; nothing was created:\n  - a.b (got "x"): is wrong; right it');
    expect(error.stack).toBeUndefined();
    expect(pulumi.RunError.isInstance(error)).toBe(true);
  });
});
