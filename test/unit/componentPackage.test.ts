import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
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
    // What Pulumi's plugin host does, from the folder of any project; it compiles TypeScript by the project's own options.
    const host =
      "require.extensions['.ts'] = () => process.exit(1); console.log(Object.keys(require(process.argv[1])))";
    const said = execFileSync(process.execPath, ["-e", host, FOLDER], { cwd: os.tmpdir(), encoding: "utf8" });
    expect(said).toBe("[ 'TritonBertService' ]\n");
    expect(yaml("components/PulumiPlugin.yaml")).toEqual({ runtime: "nodejs", requiredPulumiVersion: `>=${PULUMI}` });
  });

  it("asks for the Pulumi that it is tested with: CLI and SDK of one version", () => {
    expect(yaml("Pulumi.yaml").requiredPulumiVersion).toBe(`>=${PULUMI}`);
    expect(read("package.json").dependencies).toMatchObject({
      "@pulumi/pulumi": `^${PULUMI}`,
      "@pulumi/kubernetes": `^${KUBERNETES_PROVIDER}`,
      "@pulumi/docker": `^${DOCKER_PROVIDER}`,
    });
  });

  it("has the same name, version and dependencies as the project around it, so that one install serves both", () => {
    const [inner, outer] = [read("components/package.json"), read("package.json")];
    expect(outer.workspaces).toEqual(["components"]);
    for (const field of ["name", "version", "license", "engines"]) expect(inner[field]).toEqual(outer[field]);
    // Pulumi installs a plugin's dependencies only, and compiles it: with a TypeScript of its own from 2020 where there is none.
    const { typescript, ...dependencies } = inner.dependencies;
    expect(typescript).toBe(`^${outer.devDependencies.typescript}`);
    expect(dependencies).toEqual(outer.dependencies);
  });
});
