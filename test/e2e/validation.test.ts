/** Bad input, through the real CLI: everything that is wrong is said at once, and nothing is created. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import facts from "../../components/kubernetes/facts/podFields.json";
import { type PodFields, QUANTITIES, TEMPLATE } from "../../components/kubernetes/podFields";
import { MERGE_KEYS } from "../../components/kubernetes/podOverrides";
import type { Stack } from "../../sandbox/stack";
import { apiGet } from "./api";
import { classifier, openStack, refusal, stackFile } from "./support";

let stack: Stack;

beforeAll(async () => {
  stack = await openStack("e2e-validation", stackFile({ plain: classifier() }));
});
afterAll(() => stack.destroy());

describe("a bad config", () => {
  it("gets all its problems in one message, each with path, value and remedy, and creates nothing", async () => {
    const models = { plain: { ...classifier(), replicas: 0, modle: {} }, Bad_Name: classifier() } as never;
    await stack.configure(stackFile(models, { cluster: { context: "triton-bert-sandbok" } }));
    const said = await refusal(stack);
    expect(said).toContain("triton-bert:models.plain.replicas");
    expect(said).toMatch(/modle.*model/s);
    expect(said).toContain("Bad_Name");
    expect(said).toMatch(/triton-bert-sandbok.*triton-bert-sandbox/s);
    const { deployment } = JSON.parse(await stack.export());
    const made = (deployment.resources ?? []).filter(({ type }: { type: string }) => type !== "pulumi:pulumi:Stack");
    expect(made).toEqual([]);
  });

  it("names a secret outside `credentials` without printing it", async () => {
    await stack.configure(stackFile({ plain: classifier() }));
    await stack.setSecret("triton-bert:build.hubEndpoint", "http://user:s3cr3t-value@example.test");
    const said = await refusal(stack);
    expect(said).toContain("triton-bert:build");
    expect(said).toContain("credentials");
    expect(said).not.toContain("s3cr3t-value");
  });
});

/** One property of a schema, as the API server's OpenAPI has it. */
interface Property {
  readonly $ref?: string;
  readonly allOf?: readonly Property[];
  readonly oneOf?: readonly Property[];
  readonly type?: string;
  readonly format?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly "x-kubernetes-patch-merge-key"?: string;
}

describe("the fields of podOverrides", () => {
  const ours = new Map<string, string>();
  const theirs = new Map<string, string>();
  const amounts = new Set<string>();
  const mergeKeys = new Map<string, string>();

  beforeAll(async () => {
    const { types }: PodFields = facts;
    const list = (type: string, path: string): void => {
      const [, inner] = /^[[{](.*)[\]}]$/.exec(type) ?? [];
      const known = types[inner ?? type];
      if (known === undefined) ours.set(path, type.replace("IntOrString", "string"));
      else for (const [field, of] of Object.entries(known)) list(of, `${path}.${field}`);
    };
    list(TEMPLATE, "pod");

    const { components } = await apiGet<{ components: { schemas: Record<string, Property> } }>(
      "/openapi/v3/apis/apps/v1",
    );
    const walk = (property: Property, path: string): void => {
      const [ref] = [property, ...(property.allOf ?? [])].flatMap(({ $ref }) => $ref ?? []);
      const field = path.split(".").at(-1) ?? "";
      if (ref?.endsWith(".Quantity")) amounts.add(field);
      const key = property["x-kubernetes-patch-merge-key"];
      if (key !== undefined) mergeKeys.set(field, key);
      const found =
        ref === undefined ? property : (components.schemas[ref.split("/").at(-1) ?? ""] ?? expect.fail(ref));
      const [item, each] = [found.items, found.additionalProperties];
      if (found.properties !== undefined) {
        for (const [name, inner] of Object.entries(found.properties)) walk(inner, `${path}.${name}`);
        return;
      }
      if (item ?? each) {
        walk(item ?? each ?? {}, path);
        const inner = theirs.get(path);
        if (inner !== undefined) theirs.set(path, item ? `[${inner}]` : `{${inner}}`);
        return;
      }
      theirs.set(path, found.type?.replace("integer", "number") ?? (found.oneOf ? "string" : "any"));
    };
    walk({ $ref: "io.k8s.api.core.v1.PodTemplateSpec" }, "pod");
  });

  it("are those of the API server, with their types", () => {
    expect(theirs.size).toBeGreaterThan(500);
    expect([...ours].sort()).toEqual([...theirs].sort());
  });

  it("which are amounts, and by which key lists merge, is what the API server says", () => {
    expect([...amounts].sort()).toEqual([...QUANTITIES].sort());
    expect([...mergeKeys].sort()).toEqual(Object.entries(MERGE_KEYS).sort());
  });
});
