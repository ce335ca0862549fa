/** Configs that nobody has thought of. In: the options as a tree. Out: arbitraries of fast-check: a right model with a few options more,
 *  whose values are mostly such as the option's text asks for, and now and then anything. */
import fc from "fast-check";
import { mapValues, type OptionNode, optionTree } from "../../../components/options/generate/optionTree";
import { modelOptions } from "../../../components/options/modelOptions";
import { stackOnlyOptions } from "../../../components/options/stackOptions";
import { CHOICES } from "../../../components/shared/exactlyOneOf";
import { GOOD, HUB } from "./stack";

export type Config = Record<string, unknown>;

/** For fast-check: how many are tried, `usual` of them, always the same; FUZZ says of how many others. */
export const parameters = (usual: number) =>
  process.env.FUZZ === undefined ? { numRuns: usual, seed: 1 } : { numRuns: Number(process.env.FUZZ) };

const TEXTS = ["a", "team-a", "L4", "100ms", "30s", "5m", "2Gi", "512Mi", "26.08", "0", "60%", "100", "x".repeat(70)];
const ODD_TEXTS = ["", " ", "é ☃", "A_b", "../x", "https://user:pw@example.com", "a\nb", "$x", "__proto__", "null"];
const ADDRESSES = ["https://example.com", "http://prometheus.monitoring:9090", "registry.example.com/team/app"];
const KEYS = ["a", "example.com/team", "topology.kubernetes.io/zone", "kubernetes.io/hostname"];

const anything = fc.oneof(
  fc.constantFrom<unknown>(null, "", "text", 0, -1, 1.5, 1e21, true, [], [null], {}, { a: 1 }, [[1]]),
  fc.constantFrom(...ODD_TEXTS),
  fc.jsonValue({ maxDepth: 2 }),
);

/** What an option may be: right as far as its node tells, or anything at all, once in thirty. */
function anyValue(node: OptionNode, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: likely(node, depth) }, { weight: 1, arbitrary: anything });
}

function likely(node: OptionNode, depth: number): fc.Arbitrary<unknown> {
  const alternatives = node.anyOf ?? node.oneOf;
  if (alternatives) return fc.oneof(...alternatives.map((each) => anyValue(each, depth)));
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.properties) return objectOf(node, depth);
  const inner = mapValues(node);
  if (inner || node.additionalProperties === true || node.type === "object")
    return fc.dictionary(fc.constantFrom(...KEYS), inner ? anyValue(inner, depth + 1) : anything, { maxKeys: 2 });
  if (node.type === "array") return fc.array(node.items ? anyValue(node.items, depth + 1) : anything, { maxLength: 2 });
  if (node.type === "boolean") return fc.boolean();
  if (node.type === "integer" || node.type === "number") return numberOf(node);
  return textOf(node);
}

function objectOf(node: OptionNode, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(node.properties ?? {});
  const choices = fields.filter(([name]) => node[CHOICES]?.includes(name));
  const required = fields.filter(([name]) => node.required?.includes(name));
  const others = fields.filter((field) => !choices.includes(field) && !required.includes(field));
  const maxLength = Math.min(others.length, depth > 2 ? 1 : 3);
  const chosen = choices.length === 0 ? fc.constant([]) : fc.constantFrom(...choices.map((choice) => [choice]));
  return fc
    .tuple(chosen, fc.subarray(others, { maxLength }))
    .chain((more) => fc.tuple(...[required, ...more].flat().map((field) => fieldOf(field, depth))))
    .map((parts) => Object.fromEntries(parts));
}

const fieldOf = ([name, node]: [string, OptionNode], depth: number): fc.Arbitrary<[string, unknown]> =>
  anyValue(node, depth + 1).map((value) => [name, value]);

function numberOf({ type, minimum, exclusiveMinimum, maximum }: OptionNode): fc.Arbitrary<number> {
  const least = minimum ?? (exclusiveMinimum === undefined ? 0 : exclusiveMinimum + (type === "integer" ? 1 : 0.01));
  const most = Math.min(maximum ?? 100, least + 1000);
  const bounds = fc.constantFrom(least, most);
  return type === "integer"
    ? fc.oneof(bounds, fc.integer({ min: Math.ceil(least), max: Math.max(Math.ceil(least), Math.floor(most)) }))
    : fc.oneof(bounds, fc.double({ min: least, max: Math.max(least, most), noNaN: true }));
}

function textOf({ pattern = "" }: OptionNode): fc.Arbitrary<string> {
  const right = [...TEXTS, ...ADDRESSES].filter((text) => new RegExp(pattern, "u").test(text));
  const usual = [
    ...(right.length > 0 ? [fc.constantFrom(...right)] : []),
    // fast-check writes no text for a look ahead.
    ...(pattern !== "" && !pattern.includes("(?=") && !pattern.includes("(?!")
      ? [fc.stringMatching(new RegExp(pattern))]
      : []),
  ];
  const odd = fc.constantFrom(...ODD_TEXTS);
  return usual.length === 0
    ? odd
    : fc.oneof({ weight: 15, arbitrary: fc.oneof(...usual) }, { weight: 1, arbitrary: odd });
}

/** `base` with up to `most` of a tree's options more. */
function withOptions(base: Config, tree: OptionNode, most: number): fc.Arbitrary<Config> {
  return fc
    .subarray(Object.entries(tree.properties ?? {}), { maxLength: most })
    .chain((chosen) => fc.tuple(...chosen.map((field) => fieldOf(field, 0))))
    .map((more) => ({ ...base, ...Object.fromEntries(more) }));
}

/** The `triton-bert:` keys of a stack. `fixed` are left as they are. */
export function anyConfig(fixed: Config = {}): fc.Arbitrary<Config> {
  const options = optionTree(modelOptions);
  const model = withOptions({ model: HUB }, options, 4);
  return fc
    .record({
      stack: withOptions(GOOD, optionTree(stackOnlyOptions), 1),
      models: fc.dictionary(fc.constantFrom("mood", "tone", "a-b"), model, { minKeys: 1, maxKeys: 2 }),
      defaults: withOptions({}, options, 1),
    })
    .map(({ stack, models, defaults }) => ({ ...stack, models, defaults, ...fixed }));
}
