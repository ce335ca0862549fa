/** The fields that `podOverrides` may have are those of the real API server, as its own OpenAPI says them: with `-u` this test
 *  writes them down. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { type PodFields, TEMPLATE } from "../../components/kubernetes/podFields";
import { apiGet } from "./api";
import { project } from "./support";

interface Property {
  readonly $ref?: string;
  readonly allOf?: readonly Property[];
  readonly type?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly "x-kubernetes-patch-merge-key"?: string;
}

it("a pod template's fields, their types and the keys of lists that merge", async () => {
  const { components } = await apiGet<{ components: { schemas: Record<string, Property> } }>(
    "/openapi/v3/apis/apps/v1",
  );
  const { major, minor } = await apiGet<{ major: string; minor: string }>("/version");
  const schemas = new Map(Object.entries(components.schemas).map(([name, schema]) => [shortName(name), schema]));
  expect(schemas.size).toBe(Object.keys(components.schemas).length);

  const types: Record<string, Record<string, string>> = {};
  const mergeKeys: Record<string, string> = {};
  const name = (property: Property): string => {
    const [ref] = [property, ...(property.allOf ?? [])].flatMap(({ $ref }) => $ref ?? []);
    if (ref === undefined) {
      if (property.items) return `[${name(property.items)}]`;
      if (property.additionalProperties) return `{${name(property.additionalProperties)}}`;
      return property.type?.replace("integer", "number") ?? "any";
    }
    const type = shortName(ref);
    const { properties, ...plain } = schemas.get(type) ?? expect.fail(ref);
    if (properties === undefined) return type === "Quantity" ? "quantity" : name(plain);
    if (types[type] === undefined) list(type, properties);
    return type;
  };
  const list = (type: string, properties: Readonly<Record<string, Property>>): void => {
    const fields: Record<string, string> = {};
    types[type] = fields;
    for (const [field, property] of Object.entries(properties)) {
      fields[field] = name(property);
      const key = property["x-kubernetes-patch-merge-key"];
      if (key === undefined) continue;
      expect(mergeKeys[field] ?? key).toBe(key);
      mergeKeys[field] = key;
    }
  };
  name({ $ref: TEMPLATE });

  const facts: PodFields = { kubernetes: `${major}.${minor}`, types: sorted(types), mergeKeys: sorted(mergeKeys) };
  const file = join(project, "components", "kubernetes", "facts", "podFields.json");
  await expect(`${JSON.stringify(facts, undefined, 2)}\n`).toMatchFileSnapshot(file);
});

const shortName = (ref: string): string => ref.split(".").at(-1) ?? ref;

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
