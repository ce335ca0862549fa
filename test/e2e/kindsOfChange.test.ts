/** For each kind of change that a model can see, the exact set of inputs that the real engine's preview moves. All of them stand in one
 *  stack, a model for each, which two previews look at. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Stack } from "../../sandbox/stack";
import { KINDS, STACK } from "./kindsOfChange";
import { type Moves, movesBetween, previewed, type Resources } from "./moves";
import { openStack, stackFile } from "./support";

let stack: Stack;

beforeAll(async () => {
  stack = await openStack("e2e-kinds", STACK.before);
});
afterAll(() => stack.destroy());

it("a model's own moves what it means, and nothing else", async () => {
  const moves = movesBetween(await planned(config("before")), await planned(config("after")));
  const byKind = Object.fromEntries(KINDS.map(({ name }) => [name, movesOf(name, moves)]));
  await expect(written(byKind)).toMatchFileSnapshot("kindsOfChange.golden.yaml");
  // No resource but the models' own.
  expect(Object.keys(moves)).toHaveLength(Object.values(byKind).flatMap(Object.keys).length);
});

it("the stack's moves what it means, of each resource", async () => {
  const { before, ...kinds } = STACK;
  const old = await planned(before);
  const byKind: Record<string, Moves> = {};
  for (const [name, after] of Object.entries(kinds)) byKind[name] = movesBetween(old, await planned(after));
  await expect(written(byKind)).toMatchFileSnapshot("kindsOfStackChange.golden.yaml");
});

const written = (byKind: Record<string, Moves>) => stringify(byKind, { lineWidth: 0 });

function config(side: "before" | "after"): string {
  return stackFile(
    Object.fromEntries(KINDS.flatMap(({ name, [side]: model }) => (model === undefined ? [] : [[name, model]]))),
  );
}

async function planned(text: string): Promise<Resources> {
  await stack.configure(text);
  return previewed(await stack.preview(["--json", "--show-sames"])).new;
}

/** Those of one model, whose key is written as `$`. */
function movesOf(model: string, moves: Moves): Moves {
  const own = Object.entries(moves).filter(([move]) => ownerOf(move) === model);
  return Object.fromEntries(own.map(([move, places]) => [move.replace(model, "$"), places]));
}

/** The kind with the longest name that a resource's begins with. */
function ownerOf(move: string): string | undefined {
  const resource = move.slice(move.indexOf(" ") + 1);
  const owners = KINDS.filter(({ name }) => resource === name || resource.startsWith(`${name}-`));
  return owners.map(({ name }) => name).sort((a, b) => b.length - a.length)[0];
}
