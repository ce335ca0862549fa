/** What is told where the registry refuses a tag, or has lost what a build is made from. */
import { describe, expect, it } from "vitest";
import { registryFaultText } from "../../../components/image/registryFaults";

const PUSH = {
  imageName: "registry.example.com/triton/tritoned_mood:onnx-0123456789ab",
  attempt: 2,
  locate: (path: readonly PropertyKey[]) => ["triton-bert:models", "mood", ...path],
};
const MODEL = `registry.example.com/triton/tritoned_mood@sha256:${"a".repeat(64)}`;

describe("an image that can't be pushed", () => {
  it.each([
    "tag invalid: The image tag 'onnx-0123456789ab' already exists in the 'triton' repository and cannot be overwritten because the repository is immutable.",
    "unknown: Failed to process request due to 'tritoned_mood:onnx-0123456789ab' configured as immutable.",
    "manifest invalid: cannot update tag onnx-0123456789ab. The repository has enabled tag immutability",
    "repository does not allow updating assets: docker-hosted",
    "denied: The operation is disallowed on this registry, repository or image.",
  ])("because its tag is there is told with both ways to go on: %s", (said) => {
    const told = registryFaultText(`docker push: exit status 1\n${said}`, PUSH) ?? "";
    expect(told).toContain(`the registry has ${PUSH.imageName} already, and refuses`);
    expect(told).toContain("set triton-bert:models.mood.image.attempt to 3,");
    expect(told).toContain("delete the tag in the registry");
  });
});

describe("a server image that can't be built", () => {
  it.each([
    `error building image: failed to solve with frontend dockerfile.v0: failed to create LLB definition: ${MODEL}: not found`,
    `failed to solve: ${MODEL}: failed to resolve source metadata for ${MODEL}: manifest unknown`,
  ])("because its model image is gone is told so, and how to go on: %s", (said) => {
    const told = registryFaultText(said, PUSH, MODEL) ?? "";
    expect(told).toContain(`no longer has ${MODEL}, the model image`);
    expect(told).toContain("set triton-bert:models.mood.image.attempt to 3,");
  });

  it.each([
    `error building image: python@sha256:${"b".repeat(64)}: not found`,
    "error building image: executor failed running [/bin/sh -c python3]: exit code: 11",
    "failed to connect to any docker daemon",
    "",
  ])("for any other reason is not the registry's doing: %s", (said) => {
    expect(registryFaultText(said, PUSH, MODEL)).toBeUndefined();
  });
});
