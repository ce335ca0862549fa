/** Every option arrives: changed, it moves exactly the inputs that the table says, from the args to the engine. */
import * as fs from "node:fs";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { TritonBertServiceArgs } from "../../../components/args";
import { mapValues, type OptionNode, optionTree } from "../../../components/options/generate/optionTree";
import { serviceArgs } from "../../../components/options/stackOptions";
import { ARGS, type Args } from "./args";
import { awsRows } from "./awsRows";
import { imageRows } from "./imageRows";
import { objectsRows } from "./objectsRows";
import { podRows } from "./podRows";
import { scalingRows } from "./scalingRows";
import { serverRows } from "./serverRows";
import { siteRows } from "./siteRows";
import { storageRows } from "./storageRows";
import { asked, COMPONENT, type Effects, effectsOf, moved, projectFolder } from "./world";

vi.mock("../../../components/kubernetes/scaling/verify", async (original) => ({
  ...(await original<object>()),
  async verifyAutoscaler({ options }: { options: unknown }, connect: () => Promise<unknown>) {
    await connect();
    Object.assign(asked, { options });
  },
}));
vi.mock("../../../components/kubernetes/apiClient", async (original) => ({
  ...(await original<object>()),
  apiServer: async (cluster: object) => void Object.assign(asked, { cluster }),
}));
vi.mock("../../../components/kubernetes/rollout/ended", () => ({
  verifyRollout: async ({ namespace }: { namespace: string }, seconds: number) =>
    void Object.assign(asked, { rollout: { namespace, seconds } }),
}));
vi.mock("../../../components/kubernetes/rollout/watch", () => ({ watchRollout: async () => undefined }));
vi.mock("../../../components/image/registryClient", async (original) => ({
  ...(await original<object>()),
  async lastLayer(reference: string, tag: unknown, { login, ca }: { login: unknown; ca: unknown }) {
    Object.assign(asked, { reference, tag, login, ca });
    throw new Error("nothing there");
  },
}));

const ROWS = [
  ...awsRows,
  ...imageRows,
  ...storageRows,
  ...siteRows,
  ...serverRows,
  ...podRows,
  ...objectsRows,
  ...scalingRows,
];

let folder: string;
beforeAll(() => {
  folder = projectFolder();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const known = new Map<string, Promise<Effects>>();

/** Many rows begin alike. */
function effects(args: Args): Promise<Effects> {
  const key = JSON.stringify(args);
  const found = known.get(key) ?? effectsOf({ ...ARGS, ...args } as TritonBertServiceArgs, folder);
  known.set(key, found);
  return found;
}

it.each(ROWS)("%s", async (_, before, after, moves) => {
  const [one, other] = [await effects(before), await effects(after)];
  expect(moved(one, other).filter((place) => !place.startsWith(COMPONENT))).toEqual(moves);
  expect(moves.length).toBeGreaterThan(0);
});

/** A secret, and the name of the resource itself. */
const UNSAID = /^(credentials|renamedFrom)\b/;

it.each(ROWS)("the service itself says %s", async (row, before, after, moves) => {
  if (moves.some((place) => place.startsWith("refused: "))) return;
  const [option = ""] = row.split(" ");
  const said = moved(await effects(before), await effects(after)).filter((place) => place.startsWith(COMPONENT));
  const isShown = said.some((place) => isOf(option, place.slice(COMPONENT.length)));
  expect(isShown, said.join()).toBe(!UNSAID.test(option));
});

/** Whether `place` is the option, in it, or around it. An item of a list has its index or its name in the place. */
function isOf(option: string, place: string): boolean {
  const inside = new RegExp(`^${option.replaceAll(".", "\\.").replaceAll("[]", "\\..+?")}(\\.|$)`);
  return inside.test(place) || option.startsWith(`${place}.`) || option.startsWith(`${place}[]`);
}

it("no option is left out", () => {
  const said = ROWS.map(([option]) => option);
  const options = optionsOf(optionTree(serviceArgs), "");
  expect(options.length).toBeGreaterThan(120);
  expect(options.filter((option) => !said.includes(option))).toEqual([]);
});

it("the pods wait for their image and their account, and the server image for the model's", async () => {
  const made = await effects({});
  expect(made.get("deployment: dependsOn")).toBe('"sentiment-server-image,sentiment-service-account"');
  expect(made.get("server-image: dependsOn")).toBe('"sentiment-model-image-<hash>"');
});

/** Every option that has none inside it; as docs/options.md writes them. */
function optionsOf(node: OptionNode, at: string): string[] {
  const inner = node.items ?? mapValues(node);
  if (inner?.properties) return optionsOf(inner, `${at}[]`);
  const fields = Object.entries(node.properties ?? {});
  if (fields.length === 0) return [at];
  return fields.flatMap(([key, field]) => optionsOf(field, at === "" ? key : `${at}.${key}`));
}
