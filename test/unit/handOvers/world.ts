/** Everything that the args of one service end up in: inputs and options of its children, the files of its build contexts, its
 *  outputs, what is asked and said after `up`; or its problems. In: args. Out: one flat map, so that two services can be held
 *  against each other. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { TritonBertServiceArgs } from "../../../components/args";
import { pathText } from "../../../components/shared/paths";
import { ConfigError } from "../../../components/shared/problems";
import { TritonBertService } from "../../../components/tritonBertService";
import { type Registered, run } from "../engine";
import { LOCAL_MODEL, tree, write } from "../image/world";

/** What is asked of registry and cluster after `up`; their stand-ins write here. */
export const asked: Record<string, unknown> = {};

/** Value by place, such as `deployment: spec.replicas`. */
export type Effects = ReadonlyMap<string, string>;

/** Files that rows of the table name. */
const FILES = {
  "models/other/config.json": "{}",
  "models/other/model.safetensors": "other weights",
  "labels.json": '{"0": "neutral", "1": "distress"}',
  "texts.txt": Array.from({ length: 100 }, (_, index) => `text ${index}`).join("\n"),
  "ca.pem": "-----BEGIN CERTIFICATE-----\n",
};

/** A project for `effectsOf`; one for all services, whose files are mostly the same. */
export function projectFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "triton-bert-handovers-"));
  write(folder, { ...LOCAL_MODEL, ...FILES });
  return folder;
}

/** The effects of a service of these args, as `up` has them. */
export async function effectsOf(args: TritonBertServiceArgs, folder: string): Promise<Effects> {
  for (const key of Object.keys(asked)) delete asked[key];
  let outputs: unknown;
  const program = async () => {
    const service = new TritonBertService("sentiment", args);
    const { url, endpoints, image, imageDigest, quality, modelNames, autoscaling } = service;
    const all = pulumi.output({ url, endpoints, image, imageDigest, quality, modelNames, autoscaling });
    outputs = await new Promise((resolve) => all.apply(resolve));
  };
  try {
    const { registered, warnings } = await run(program, folder, false);
    return new Map([
      ...registered.flatMap((resource) => flat(roleOf(resource), partsOf(resource))),
      ...["model", "server"].flatMap((kind) => contextEffects(registered, kind, folder)),
      ...flat("output", outputs),
      ...flat("after up", asked),
      ...warnings.map((text): [string, string] => [`warning: ${text}`, ""]),
    ]);
  } catch (problem) {
    if (!(problem instanceof ConfigError)) throw problem;
    return new Map(problem.problems.map(({ path: at }): [string, string] => [`refused: ${pathText(at)}`, ""]));
  }
}

/** The role of the component, whose inputs are what the user wrote. */
export const COMPONENT = "component: ";

/** Where two services differ, in the words of the table. */
export function moved(before: Effects, after: Effects): string[] {
  const refused = [...before.keys(), ...after.keys()].filter((place) => place.startsWith("refused: "));
  if (refused.length > 0) return refused;
  const places = [...new Set([...before.keys(), ...after.keys()])].filter(
    (place) => before.get(place) !== after.get(place),
  );
  const whole = new Set(places.map((place) => largestNew(place, before.has(place) ? after : before)));
  for (const [tag, together] of Object.entries(TAGS))
    if (together.every((place) => whole.has(place))) {
      for (const place of [...together, ...FOLLOW]) whole.delete(place);
      whole.add(tag);
    }
  return [...new Set([...whole].map((place) => (isCommon(place, whole) ? `all objects${tail(place)}` : place)))]
    .map(shorten)
    .sort();
}

/** What moves with an image's tag, always and together. */
const TAGS = {
  "server tag": [
    "server-image: inputs.imageName",
    "deployment: inputs.spec.template.spec.containers.triton.image",
    "output: image",
  ],
  "model tag": ["model-image: inputs.imageName"],
};
/** A gateway of the server's own image; and what the registry is asked for. */
const FOLLOW = ["deployment: inputs.spec.template.spec.containers.gateway.image", "after up: tag"];

const tail = (place: string) => place.slice(place.indexOf(": "));
const isCommon = (place: string, all: ReadonlySet<string>) =>
  place.includes(": ") && [...all].filter((other) => tail(other) === tail(place)).length > 2;

/** The largest thing around `place` of which `other` has nothing. */
function largestNew(place: string, other: Effects): string {
  const known = [...other.keys()];
  const ends = [...place.matchAll(/: |\./g)].map(({ index }) => index);
  const start = ends.map((end) => place.slice(0, end)).find((part) => !known.some((one) => startsAt(one, part)));
  return other.has(place) || place.startsWith("warning: ") ? place : (start ?? place);
}

const startsAt = (place: string, part: string) =>
  place === part || place.startsWith(`${part}.`) || place.startsWith(`${part}: `);

const shorten = (place: string) =>
  place
    .replace("deployment: inputs.spec.template.spec.containers.", "pod: ")
    .replace("deployment: inputs.spec.template.", "pod: ")
    .replace("inputs.spec.groups.triton-bert.default.sentiment.", "")
    .replace(": inputs.", ": ")
    .replace(/^(warning: .{60}).*$/, "$1…");

const HASH = /[0-9a-f]{12}$/;

/** The child's role; a model image's without the hash. */
const roleOf = ({ name, parent }: Registered): string =>
  parent === "" ? "component" : name.slice(parent.length + 1).replace(/^(model-image)-[0-9a-f]{12}$/, "$1");

const partsOf = ({ name, inputs, ignoreChanges, dependsOn, timeouts }: Registered) => ({
  inputs,
  name: name.replace(HASH, "<hash>"),
  ignoreChanges: ignoreChanges.join(),
  dependsOn: dependsOn.map((other) => other.replace(HASH, "<hash>")).join(),
  timeouts: timeouts.join(),
});

/** Of a context, what an option may move: not the files that are this package's own. */
function contextEffects(registered: readonly Registered[], kind: string, folder: string): [string, string][] {
  const image = registered.find(({ name }) => name.includes(`-${kind}-image`));
  const context = path.join(folder, String(image?.inputs.build.context));
  return Object.entries(tree(context, /^(spec\.json|sources|certificates|gate)/)).flatMap(([name, text]) =>
    flat(`${kind} context`, { [name]: name === "spec.json" ? JSON.parse(text) : text }),
  );
}

const flat = (owner: string, value: unknown): [string, string][] =>
  leaves(value, []).map(([at, leaf]) => [`${owner}: ${at.join(".")}`, leaf]);

/** Items of lists are told apart by their names, flags by theirs. */
function leaves(value: unknown, at: readonly string[]): [readonly string[], string][] {
  if (value === undefined) return [];
  const entries = value === null || typeof value !== "object" ? [] : Object.entries(value);
  if (entries.length === 0) return [[at, JSON.stringify(value)]];
  return entries.flatMap(([key, inner]) => {
    if (!Array.isArray(value)) return leaves(inner, [...at, key]);
    if (typeof inner === "string" && inner.startsWith("--")) {
      const [, flag = inner, said = ""] = /^(.+)=(.*)$/.exec(inner) ?? [];
      return [[[...at, flag], said]];
    }
    const { name, alert = name } = (inner ?? {}) as { name?: unknown; alert?: unknown };
    return leaves(inner, [...at, typeof alert === "string" ? alert : key]);
  });
}
