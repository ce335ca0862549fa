/** What is generated from the options is current, complete, and understood by those it is made for. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { TritonBertServiceArgs } from "../../../components/args";
import { generatedFiles, staleFiles } from "../../../components/options/generate/generate";
import { mapValues, type OptionNode, optionTree } from "../../../components/options/generate/optionTree";
import { readService } from "../../../components/options/readService";
import { type ServiceSpec, serviceArgs, stackOnlyOptions } from "../../../components/options/stackOptions";

const ROOT = path.resolve(__dirname, "..", "..", "..");

it("is current", () => expect(staleFiles()).toEqual([]));

describe("every option", () => {
  const options = [stackOnlyOptions, serviceArgs].flatMap((schema) => optionsOf(optionTree(schema), ""));
  it("is found", () => expect(options.length).toBeGreaterThan(80));
  it.each(options)("%s says what it is", (_, node) => expect(node.description ?? "").toMatch(/^\p{Lu}.*[.)>'`]$/u));
});

it("takes a validated spec as args, and makes the same spec of them", () => {
  const asArgs = (spec: ServiceSpec): TritonBertServiceArgs => spec; // tsc is the judge
  const model = { hf: { id: "acme/sentiment", revision: "0123456789abcdef0123456789abcdef01234567" } };
  const spec = serviceArgs.parse({ model, registry: { generic: { repository: "registry.example.com/triton" } } });
  expect(readService("sentiment", asArgs(spec))).toEqual({ spec, problems: [] });
});

it("makes args that Pulumi's component analyser understands", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-analyser-"));
  try {
    fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "probe", main: "index.ts" }));
    fs.writeFileSync(path.join(folder, "args.ts"), generatedFiles().get("components/args.ts") ?? "");
    fs.writeFileSync(path.join(folder, "index.ts"), COMPONENT);
    const { components, typeDefinitions } = new Analyzer(folder, "probe", {}, new Set(["Probe"])).analyze();
    const inputs = components.Probe?.inputs ?? {};
    expect(Object.keys(inputs).sort()).toEqual(Object.keys(serviceArgs.shape).sort());
    expect(inputs.model?.optional).toBeUndefined();
    expect(inputs.replicas).toMatchObject({ type: "number", optional: true, plain: true });
    expect(typeDefinitions.Credential?.properties?.token).toMatchObject({ type: "string", optional: true });
    expect(typeDefinitions.Credential?.properties?.token?.plain).toBeUndefined();
    expect(Object.keys(typeDefinitions)).toEqual(
      expect.arrayContaining(["Source", "SourceHf", "Example", "Toleration"]),
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}, 60_000); // a whole compiler run, beside whatever else the machine does

const COMPONENT = `import * as pulumi from "@pulumi/pulumi";
import { TritonBertServiceArgs } from "./args";
export class Probe extends pulumi.ComponentResource {
  constructor(name: string, args: TritonBertServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("probe:index:Probe", name, args, opts);
  }
}
`;

describe("the editor schema", () => {
  const schema = JSON.parse(generatedFiles().get("schemas/pulumi-stack.schema.json") ?? "");
  const config = schema.properties.config;
  const accepts = (key: string, value: unknown) =>
    z.fromJSONSchema({ ...config.properties[`triton-bert:${key}`], $schema: schema.$schema }).safeParse(value).success;

  it.each(["dev", "gpu"])("takes the committed stack %s", (stack) => {
    const file = fs.readFileSync(path.join(ROOT, `Pulumi.${stack}.yaml`), "utf8");
    expect(file.split("\n")[0]).toBe("# yaml-language-server: $schema=schemas/pulumi-stack.schema.json");
    for (const [key, value] of Object.entries(parse(file).config))
      expect([key, accepts(key.replace("triton-bert:", ""), value)]).toEqual([key, true]);
  });

  it("refuses what the program refuses", () => {
    const model = { local: { path: "x" } };
    expect(accepts("models", { a: { model } })).toBe(true);
    expect(accepts("models", { a: { model, replicas: 0 } })).toBe(false);
    expect(accepts("models", { a: { modle: model } })).toBe(false);
    expect(accepts("models", { a: { model: { local: { path: 3 } } } })).toBe(false);
    expect(accepts("cluster", {})).toBe(false);
  });

  it("says of a choice that exactly one must be set", () => {
    const source = config.properties["triton-bert:models"].additionalProperties.properties.model;
    expect(source).toMatchObject({ minProperties: 1, maxProperties: 1 });
  });

  it("asks nothing of a model that `defaults` could give, and secrets in credentials alone", () => {
    expect(accepts("models", { a: { gpu: { driver: "580" } } })).toBe(true);
    const secure = { secure: "v1:x" };
    expect(accepts("credentials", { hub: { token: secure }, push: { username: "robot", password: secure } })).toBe(
      true,
    );
    for (const wrong of ["plain", secure, {}, { token: "plain" }, { username: "robot", password: "plain" }])
      expect(accepts("credentials", { hub: wrong }), JSON.stringify(wrong)).toBe(false);
    expect(config.additionalProperties).toBe(false);
    expect(Object.keys(config.patternProperties).map((pattern) => new RegExp(pattern).test("aws:region"))).toEqual([
      true,
    ]);
    expect(Object.keys(config.patternProperties).map((pattern) => new RegExp(pattern).test("triton-bert:x"))).toEqual([
      false,
    ]);
  });
});

/** Every field at every depth, with its path. */
function optionsOf(node: OptionNode, at: string): [string, OptionNode][] {
  const inner = node.items ?? mapValues(node);
  if (inner) return optionsOf(inner, `${at}[]`);
  return Object.entries(node.properties ?? {}).flatMap(([key, field]): [string, OptionNode][] => [
    [`${at}.${key}`, field],
    ...optionsOf(field, `${at}.${key}`),
  ]);
}
