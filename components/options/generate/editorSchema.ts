/** Writes schemas/pulumi-stack.schema.json, with which an editor checks and completes `Pulumi.<stack>.yaml`. In: the
 *  options as trees. Out: the file's text. What stands in `defaults` need not stand in a model, so the schema asks for
 *  nothing there that a default could give; the program does. `null` unsets a default, so a model may say it. */
import { CHOICES } from "../../shared/exactlyOneOf";
import { INPUT } from "../../shared/reachingInput";
import { CONFIG_NAMESPACE, DEFAULTS_TEXT, MODELS_TEXT } from "../stackOptions";
import { mapValues, type OptionNode } from "./optionTree";

const SECRET = {
  type: "object",
  description: "Written by: pulumi config set --secret --path",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

export function stackSchema(stack: OptionNode, model: OptionNode, keyPattern: string): string {
  const { credentials, ...shared } = stack.properties ?? {};
  const keys: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(shared).map(([key, node]) => [key, editorNode(node, "whole")])),
    credentials: {
      type: "object",
      description: credentials?.description,
      propertyNames: credentials?.propertyNames,
      additionalProperties: credentials && encrypted(mapValues(credentials) ?? {}),
    },
    defaults: { ...editorNode(model, "defaults"), description: DEFAULTS_TEXT },
    models: {
      type: "object",
      description: MODELS_TEXT,
      minProperties: 1,
      propertyNames: { pattern: keyPattern },
      additionalProperties: editorNode(model, "model"),
    },
  };
  const ours = Object.entries(keys).map(([key, node]) => [`${CONFIG_NAMESPACE}:${key}`, node]);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pulumi stack of triton-bert",
    description: "Generated from the options by `npm run generate`; do not edit.",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(ours),
        // keys of other namespaces, such as those of providers, are not ours to judge
        patternProperties: { [`^(?!${CONFIG_NAMESPACE}:)`]: true },
        additionalProperties: false,
      },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** One entry of `credentials`, as it stands in the file. A user's name is no secret, but may be kept like one. */
function encrypted({ description, properties = {} }: OptionNode): OptionNode {
  const fields = Object.entries(properties).map(([name, field]): [string, OptionNode] => {
    const secret = { ...SECRET, description: `${field.description} ${SECRET.description}` };
    return [name, name === "username" ? { anyOf: [{ type: "string" }, secret] } : secret];
  });
  return {
    type: "object",
    description,
    properties: Object.fromEntries(fields),
    additionalProperties: false,
    minProperties: 1,
  };
}

/** Where a node stands. A whole needs all that is required; `defaults` may lack what a model says and the other way round,
 *  and only a model unsets. */
type Place = "whole" | "defaults" | "model";

/** `node` in the words of JSON Schema alone. */
function editorNode(node: OptionNode, place: Place): OptionNode {
  const { [CHOICES]: choices, [INPUT]: _input, typeName: _name, remedy: _remedy, ...own } = node;
  const result: OptionNode = { ...own };
  // choices and lists are taken whole from one place
  const inside = choices ? "whole" : place;
  if (own.properties)
    result.properties = Object.fromEntries(
      Object.entries(own.properties).map(([key, field]) => {
        const value = editorNode(field, inside);
        return [key, inside === "model" && !own.required?.includes(key) ? orNull(value) : value];
      }),
    );
  if (place !== "whole") delete result.required;
  if (own.items) result.items = editorNode(own.items, "whole");
  const values = mapValues(own);
  if (values) result.additionalProperties = editorNode(values, "whole");
  return choices ? { ...result, ...oneOf(choices, Object.keys(own.properties ?? {})) } : result;
}

function oneOf(choices: readonly string[], fields: readonly string[]): OptionNode {
  if (fields.length === choices.length) return { minProperties: 1, maxProperties: 1 };
  return { oneOf: choices.map((name) => ({ required: [name] })) };
}

function orNull({ description, default: fallback, ...node }: OptionNode): OptionNode {
  return { description, default: fallback, anyOf: [node, { type: "null" }] };
}
