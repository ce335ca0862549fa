/** Writes docs/options.md, every option in one table by its path. In: the options as trees. Out: the file's text. */
import { CHOICES } from "../../shared/exactlyOneOf";
import { CONFIG_NAMESPACE, DEFAULTS_TEXT, MODELS_TEXT } from "../stackOptions";
import { boundsText, defaultText, mapValues, type OptionNode } from "./optionTree";

const HEAD = "| option | type | bounds | default | what it does |\n| --- | --- | --- | --- | --- |\n";

export function optionsPage(stack: OptionNode, model: OptionNode): string {
  return `# Options

Generated from the options by \`npm run generate\`; do not edit. All stand under \`config:\` of \`Pulumi.<stack>.yaml\`. A \`*\` marks
what must be set. Unknown keys are refused, and all errors are reported together, before anything is created.

## Once for a stack

Each key behind \`${CONFIG_NAMESPACE}:\`, such as \`${CONFIG_NAMESPACE}:cluster\`.

${HEAD}${rows(stack, "")}${row("defaults", { type: "object", description: DEFAULTS_TEXT }, false)}${row("models", { type: "object", description: MODELS_TEXT }, true)}
## For each model

Under \`${CONFIG_NAMESPACE}:models.<key>\`, or under \`${CONFIG_NAMESPACE}:defaults\` for all models.

${HEAD}${rows(model, "")}`;
}

function rows(node: OptionNode, path: string): string {
  return Object.entries(node.properties ?? {})
    .map(([key, field]) => {
      const here = path === "" ? key : `${path}.${key}`;
      const required = node.required?.includes(key) ?? false;
      return row(here, field, required) + rows(inner(field), `${here}${suffix(field)}`);
    })
    .join("");
}

const inner = (node: OptionNode): OptionNode => node.items ?? mapValues(node) ?? node;

const suffix = (node: OptionNode): string => (node.items ? "[]" : mapValues(node)?.properties ? ".<name>" : "");

function row(path: string, node: OptionNode, required: boolean): string {
  const choices = node[CHOICES] ?? node.items?.[CHOICES];
  const text = [
    node.description ?? "",
    choices ? `Exactly one of ${choices.map((name) => `\`${name}\``).join(", ")}.` : "",
  ];
  const fallback = defaultText(node);
  const cells = [
    `\`${path}\`${required ? " *" : ""}`,
    typeText(node),
    boundsText(node),
    fallback && `\`${fallback}\``,
    text
      .filter((part) => part !== "")
      .join(" ")
      .replaceAll("<", "\\<"),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

function typeText(node: OptionNode): string {
  if (node.items) return `list of ${typeText(node.items)}`;
  const values = mapValues(node);
  if (values) return `map of ${typeText(values)}`;
  const names: Record<string, string> = {
    integer: "whole number",
    string: "text",
    boolean: "true or false",
    object: "group",
  };
  if (node.format === "uri") return "address";
  return node.type === undefined ? "anything" : (names[node.type] ?? node.type);
}
