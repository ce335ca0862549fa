import * as fs from "node:fs";
import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as entry from "../../components/index";
import { serviceArgs } from "../../components/options/stackOptions";
import { DOCKER_PROVIDER, KUBERNETES_PROVIDER, PULUMI } from "../../sandbox/toolchain/programs";

const ROOT = path.resolve(__dirname, "../..");
const FOLDER = path.join(ROOT, "components");
const text = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");
const read = (file: string) => JSON.parse(text(file));
const yaml = (file: string) => parse(text(file));

describe("the component package for other languages", () => {
  it("is understood by Pulumi's component analyser, with every option", () => {
    const analyzer = new Analyzer(
      FOLDER,
      "triton-bert",
      read("components/package.json"),
      new Set(["TritonBertService"]),
    );
    const { components, typeDefinitions } = analyzer.analyze();
    const { inputs, outputs, description } = components.TritonBertService ?? {};
    expect(Object.keys(inputs ?? {}).sort()).toEqual(Object.keys(serviceArgs.shape).sort());
    expect(Object.keys(outputs ?? {}).sort()).toEqual([
      "autoscaling",
      "endpoints",
      "image",
      "imageDigest",
      "modelNames",
      "quality",
      "url",
    ]);
    expect(description).toMatch(/BERT/);
    expect(Object.keys(typeDefinitions.Quality?.properties ?? {})).toContain("unavailable");
  }, 30_000);

  it("offers the component and nothing else", () => {
    expect(Object.keys(entry)).toEqual(["TritonBertService"]);
    expect(yaml("components/PulumiPlugin.yaml")).toEqual({ runtime: "nodejs", requiredPulumiVersion: `>=${PULUMI}` });
  });

  it("asks for the Pulumi that it is tested with: CLI and SDK of one version", () => {
    expect(yaml("Pulumi.yaml").requiredPulumiVersion).toBe(`>=${PULUMI}`);
    expect(read("package.json").dependencies).toMatchObject({
      "@pulumi/pulumi": PULUMI,
      "@pulumi/kubernetes": KUBERNETES_PROVIDER,
      "@pulumi/docker": DOCKER_PROVIDER,
    });
  });

  it("has the same name, version and dependencies as the project around it, so that one install serves both", () => {
    const [inner, outer] = [read("components/package.json"), read("package.json")];
    expect(outer.workspaces).toEqual(["components"]);
    for (const field of ["name", "version", "license", "engines", "dependencies"])
      expect(inner[field]).toEqual(outer[field]);
  });
});
