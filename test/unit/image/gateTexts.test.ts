/** Texts of a user's own reach the image of an int8 or fp16 model, and no other; and what is wrong with them is told. */
import { describe, expect, it } from "vitest";
import type { ImagesPlan } from "../../../components/image/plan";
import type { Draft } from "../../../components/shared/draft";
import { imagesOf, project, write } from "./world";

const line = "помогите мне\n";

function planned(options: object, content = line.repeat(100)): Draft<ImagesPlan> {
  const projectFolder = project();
  write(projectFolder, { "texts.txt": content });
  return imagesOf({ server: { pypi: {} }, ...options }, projectFolder);
}

const int8 = (file = "texts.txt") => ({ precision: "int8", qualityGate: { texts: file } });

describe("texts of one's own", () => {
  it("go into the server image of an int8 model, and export nothing again", () => {
    const { plan } = planned(int8());
    const built = planned({ precision: "int8" }).plan;
    expect(plan.server.files.get("gate/texts.txt")).toHaveProperty("file");
    expect(built.server.files.get("gate/texts.txt")).toEqual({ content: "" });
    expect(plan.server.hash).not.toBe(built.server.hash);
    expect(plan.model.hash).toBe(built.model.hash);
  });

  it("go into that of an fp16 model on a GPU, too", () => {
    const gpu = { server: { ngc: {} }, gpu: { type: "L4" }, precision: "fp16" };
    const { plan } = planned({ ...gpu, qualityGate: { texts: "texts.txt" } });
    expect(plan.server.files.get("gate/texts.txt")).toHaveProperty("file");
  });

  it("move no image of an fp32 model", () => {
    const [one, other] = [planned({ qualityGate: { texts: "texts.txt" } }), planned({})];
    expect(one.plan.server.hash).toBe(other.plan.server.hash);
  });
});

describe("a file that is no gate", () => {
  it.each([
    ["is missing", int8("no.txt"), undefined, "no such file"],
    ["is too short", int8(), `${line.repeat(99)}\n \n`, "holds 99 texts, too few to tell one label in a hundred"],
  ])("%s", (_, options, content, because) => {
    const { problems } = planned(options, content);
    expect(problems).toMatchObject([{ path: ["qualityGate", "texts"], because }]);
  });
});
