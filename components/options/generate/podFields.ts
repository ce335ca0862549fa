/** The fields of a pod template, for podOverrides. In: the types of the Kubernetes client, which are made from Kubernetes' own
 *  OpenAPI. Out: components/kubernetes/facts/podFields.json, each type that a template can hold with its fields. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type PodFields, TEMPLATE } from "../../kubernetes/podFields";

const typeMap = z.array(z.object({ baseName: z.string(), type: z.string() }));

export async function podFields(): Promise<string> {
  const client: Readonly<Record<string, unknown>> = await import("@kubernetes/client-node");
  const types: Record<string, Record<string, string>> = {};
  const left = [TEMPLATE];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const known = typeMap.safeParse(Reflect.get(Object(client[name]), "attributeTypeMap"));
    if (!known.success || types[name] !== undefined) continue;
    const fields = known.data.map(({ baseName, type }) => [baseName, notation(type)] as const);
    types[name] = Object.fromEntries(fields);
    left.push(...fields.map(([, type]) => type.replace(/^\[(.*)\]$/, "$1")));
  }
  if (types[TEMPLATE] === undefined) throw new Error(`the client has no ${TEMPLATE}`);
  const sorted = Object.fromEntries(Object.entries(types).sort(([one], [other]) => (one < other ? -1 : 1)));
  const facts: PodFields = { kubernetes: release(), types: sorted };
  return `${JSON.stringify(facts, undefined, 2)}\n`;
}

/** Lists as [T], maps of text as {T}; dates are text in a manifest. */
const notation = (type: string): string =>
  type
    .replace(/^Array<(.*)>$/, "[$1]")
    .replace(/^\{ \[key: string\]: (.*); \}$/, "{$1}")
    .replace(/^(Date|V1MicroTime)$/, "string");

/** The client says it only in its comments. */
function release(): string {
  const client = require.resolve("@kubernetes/client-node");
  const declared = readFileSync(client.replace(/index\.js$/, `gen/models/${TEMPLATE}.d.ts`), "utf8");
  const [, said] = /OpenAPI spec version: release-(\d+\.\d+)/.exec(declared) ?? [];
  if (said === undefined) throw new Error(`${client} no longer says which release of Kubernetes it was made from`);
  return said;
}
