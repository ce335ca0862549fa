/** Writes components/args.ts, the args of TritonBertService as plain interfaces. Pulumi's component analyser makes SDKs of
 *  other languages from them; it refuses unions, literals, tuples and functions, so an enum becomes `string` and is checked
 *  when the program runs. In: the options as a tree. Out: the file's text. */
import { CHOICES } from "../../shared/exactlyOneOf";
import { INPUT } from "../../shared/reachingInput";
import { boundsText, defaultText, mapValues, type OptionNode } from "./optionTree";

const HEADER = `/** The args of TritonBertService. Generated from the options by \`npm run generate\`; do not edit. Plain interfaces, since
 *  Pulumi's component analyser, which makes the SDKs of other languages, understands no more. Types with "exactly one
 *  of" in their text are checked when the program runs, as are bounds and allowed values. */
import type * as pulumi from "@pulumi/pulumi";
`;

const EMPTY = "// biome-ignore lint/suspicious/noEmptyInterface: to be there is all that it says\n";
const ARGS = "TritonBertServiceArgs";
const ARGS_TEXT = "One model and how it is served.";

export function argsFile(tree: OptionNode): string {
  const types = new Map<string, string>();
  nameType(ARGS, { ...tree, description: ARGS_TEXT }, types);
  return `${HEADER}\n${[...types.values()].join("\n")}`;
}

/** Adds the interface of `node` to `types`, before those that it uses; a name that is there already is the same type. */
function nameType(name: string, node: OptionNode, types: Map<string, string>): string {
  types.set(name, ""); // keeps its place before the types it uses
  const fields = Object.entries(node.properties ?? {}).map(([key, field]) => {
    const optional = node.required?.includes(key) ? "" : "?";
    const type = typeOf(`${name === ARGS ? "" : name}${capital(key)}`, field, types);
    return `${doc(fieldLines(field), "  ")}${note(type)}  ${key}${optional}: ${type};\n`;
  });
  const choices = node[CHOICES];
  const lines = [node.description ?? "", choices ? `Exactly one of: ${choices.join(", ")}.` : ""];
  const body = fields.length === 0 ? "{}" : `{\n${fields.join("")}}`;
  types.set(name, `${doc(lines)}${fields.length === 0 ? EMPTY : ""}export interface ${name} ${body}\n`);
  return name;
}

function typeOf(name: string, node: OptionNode, types: Map<string, string>): string {
  const plain = plainType(node.typeName ?? name, node, types);
  return node[INPUT] ? `pulumi.Input<${plain}>` : plain;
}

function plainType(name: string, node: OptionNode, types: Map<string, string>): string {
  const values = mapValues(node);
  if (values) return `{ [key: string]: ${typeOf(`${name}Value`, values, types)} }`;
  if (node.items) return `${typeOf(`${name}Item`, node.items, types)}[]`;
  if (node.type === "object") {
    const { description: _, ...shape } = node;
    return nameType(name, shape, types);
  }
  if (node.type === "integer" || node.type === "number") return "number";
  if (node.type === "string" || node.type === "boolean") return node.type;
  return "any";
}

function fieldLines(node: OptionNode): string[] {
  const [bounds, fallback] = [boundsText(node), defaultText(node)];
  const allowed = node.enum ? "Allowed" : "Bounds";
  return [node.description ?? "", bounds && `${allowed}: ${bounds}.`, fallback && `Default: ${fallback}.`];
}

function doc(lines: readonly string[], indent = ""): string {
  // a pattern may hold the end of a comment
  const text = lines.filter((line) => line !== "").map((line) => line.replaceAll("*/", "*\\/"));
  if (text.length === 0) return "";
  if (text.length === 1) return `${indent}/** ${text[0]} */\n`;
  return `${indent}/**\n${text.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

const note = (type: string): string =>
  /\bany\b/.test(type) ? "  // biome-ignore lint/suspicious/noExplicitAny: the analyser knows no `unknown`\n" : "";

const capital = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
