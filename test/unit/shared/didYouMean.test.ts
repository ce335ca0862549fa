import { expect, it } from "vitest";
import { didYouMean } from "../../../components/shared/didYouMean";

it.each([
  ["replica", "replicas"],
  ["REPLICAS", "replicas"],
  ["repilcas", "replicas"],
  ["models", undefined],
  ["x", undefined],
  ["", undefined],
])("for %j means %j", (got, meant) => {
  expect(didYouMean(got, ["replicas", "tag", "rollout"])).toBe(meant);
});

it("means nothing where nothing is allowed", () => {
  expect(didYouMean("replicas", [])).toBeUndefined();
});
