/** A standing warning is one line, however many models it is of, so that a new one is seen. */
import { expect, it } from "vitest";
import { text } from "../../../components/shared/paths";
import { type Warning, warningText } from "../../../components/shared/problems";
import { inService } from "../../../components/stack/places";
import { type Warned, warnedOnce } from "../../../components/stack/warnedOnce";

const OLD: Warning = { path: ["server", "ngc", "release"], text: text`has bulletins; see ${["server", "ngc"]}` };
const NEW: Warning = { path: ["resources", "memory"], text: "is assumed" };

const model = (key: string, own: object, warnings: Warning[], defaults = {}): Warned => ({
  key,
  warnings,
  locate: inService(key, own, defaults),
});
const told = (models: readonly Warned[]) =>
  Object.fromEntries([...warnedOnce(models)].map(([key, warnings]) => [key, warnings.map(warningText)]));

const own = { server: { ngc: { release: "24.05" } } };

it("of models that say it themselves, the first tells it and names the others", () => {
  const models = [model("a", own, [OLD]), model("b", own, [OLD, NEW]), model("c", own, [OLD])];
  const at = "triton-bert:models.a.server.ngc";
  expect(told(models)).toEqual({
    a: [`${at}.release: has bulletins; see ${at}; so it is with b, c`],
    b: ["triton-bert:models.b.resources.memory: is assumed"],
  });
});

it("what stands in `defaults` is told without names", () => {
  const models = ["a", "b"].map((key) => model(key, {}, [OLD], own));
  const at = "triton-bert:defaults.server";
  expect(told(models)).toEqual({ a: [`${at}.ngc.release: has bulletins; see ${at}.ngc`] });
});

it("other words are another warning", () => {
  const models = [model("a", own, [OLD]), model("b", own, [{ ...OLD, text: "is critical" }])];
  expect(Object.values(told(models)).flat()).toHaveLength(2);
});
