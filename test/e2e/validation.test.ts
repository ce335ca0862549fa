/** Bad input, through the real CLI: everything that is wrong is said at once, and nothing is created. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../sandbox/stack";
import { classifier, openStack, refusal, stackFile } from "./support";

let stack: Stack;

beforeAll(async () => {
  stack = await openStack("e2e-validation", stackFile({ plain: classifier() }));
});
afterAll(() => stack.destroy());

describe("a bad config", () => {
  it("gets all its problems in one message, each with path, value and remedy, and creates nothing", async () => {
    const models = { plain: { ...classifier(), replicas: 0, modle: {} }, Bad_Name: classifier() } as never;
    await stack.configure(stackFile(models, { cluster: { context: "triton-bert-sandbok" } }));
    const said = await refusal(stack);
    expect(said).toContain("triton-bert:models.plain.replicas");
    expect(said).toMatch(/modle.*model/s);
    expect(said).toContain("Bad_Name");
    expect(said).toMatch(/triton-bert-sandbok.*triton-bert-sandbox/s);
    const { deployment } = JSON.parse(await stack.export());
    const made = (deployment.resources ?? []).filter(({ type }: { type: string }) => type !== "pulumi:pulumi:Stack");
    expect(made).toEqual([]);
  });

  it("names a secret outside `credentials` without printing it", async () => {
    await stack.configure(stackFile({ plain: classifier() }));
    await stack.setSecret("triton-bert:build.hubEndpoint", "http://user:s3cr3t-value@example.test");
    const said = await refusal(stack);
    expect(said).toContain("triton-bert:build");
    expect(said).toContain("credentials");
    expect(said).not.toContain("s3cr3t-value");
  });
});
