import { expect, it } from "vitest";
import { metadata } from "../../../components/kubernetes/metadata";
import { site } from "./world";

const manager = (stack: string) => metadata({ ...site, stack }).annotations["pulumi.com/patchFieldManager"];

it("applies under the same field manager in every run, and under another in every stack", () => {
  expect(manager("acme/triton-bert/dev")).toBe(manager("acme/triton-bert/dev"));
  expect(manager("acme/triton-bert/dev")).not.toBe(manager("acme/triton-bert/gpu"));
});

it("keeps the manager's name within the API server's 128 characters, however long the stack's", () => {
  expect(manager("x".repeat(300))?.length).toBeLessThanOrEqual(128);
});

it("adds annotations to its own", () => {
  expect(metadata(site, { annotations: { a: "b" } }).annotations).toMatchObject({
    a: "b",
    "triton-bert/stack": site.stack,
  });
});
