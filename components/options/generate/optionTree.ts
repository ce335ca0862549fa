/** The options as a plain tree, for everything that is generated from them. In: a zod schema of the rooms. Out: JSON
 *  Schema nodes that keep our own marks (choices, `input`, names of types), without zod's own noise. */
import { z } from "zod";
import { TAKES } from "../../image/credentials";
import { CHOICES } from "../../shared/exactlyOneOf";
import { MOVED } from "../../shared/moved";
import { INPUT } from "../../shared/reachingInput";

/** A JSON Schema (draft 7), as far as our options need it. */
export interface OptionNode {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  format?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minLength?: number;
  properties?: Record<string, OptionNode>;
  required?: string[];
  items?: OptionNode;
  propertyNames?: OptionNode;
  additionalProperties?: OptionNode | boolean;
  anyOf?: OptionNode[];
  oneOf?: OptionNode[];
  minProperties?: number;
  maxProperties?: number;
  /** Names of which exactly one must be set. */
  [CHOICES]?: string[];
  /** May come from another resource. */
  [INPUT]?: boolean;
  /** Old names of fields. */
  [MOVED]?: unknown;
  /** Kinds of credential. */
  [TAKES]?: unknown;
  /** What the generated args call the type. */
  typeName?: string;
  remedy?: string;
}

/** What a user may write, as a tree. */
export function optionTree(schema: z.ZodType): OptionNode {
  return z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => tidy(jsonSchema as OptionNode),
  }) as OptionNode;
}

function tidy(node: OptionNode): void {
  // the other alternative is an Output, which no YAML can hold
  if (node[INPUT] && node.anyOf) {
    const { anyOf, ...own } = node;
    delete node.anyOf;
    Object.assign(node, anyOf[0], own);
  }
  delete node[MOVED];
  delete node[TAKES];
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  if (node.propertyNames && node.propertyNames.pattern === undefined) delete node.propertyNames;
}

/** The values of a free map, undefined for any other node. */
export function mapValues(node: OptionNode): OptionNode | undefined {
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}

/** Bounds in words, such as "1 to 64"; empty if there are none. */
export function boundsText(node: OptionNode): string {
  const { minimum, exclusiveMinimum, maximum } = node;
  if (node.enum && node.enum.length > 0) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (exclusiveMinimum !== undefined)
    return `above ${exclusiveMinimum}${maximum === undefined ? "" : `, at most ${maximum}`}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  if (maximum !== undefined) return `at most ${maximum}`;
  const pattern = node.pattern ?? node.propertyNames?.pattern;
  return pattern === undefined ? "" : `${node.pattern ? "" : "keys "}\`${pattern}\``;
}

/** The default in words; empty where the description says it, or where there is none to speak of. */
export function defaultText(node: OptionNode): string {
  const { default: value, description = "" } = node;
  if (value === undefined || description.includes("Default:")) return "";
  const trivial = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return trivial || value === "" ? "" : JSON.stringify(value);
}
