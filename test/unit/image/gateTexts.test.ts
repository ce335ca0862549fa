/** Texts of a user's own reach the image of an int8 model, and no other; and what is wrong with them is told. */
import { describe, expect, it } from "vitest";
import { serviceArgs } from "../../../components/options/stackOptions";
import { type Planned, planService } from "../../../components/servicePlan";
import { project, REVISION, write } from "./world";

const line = "помогите мне\n";

function planned(options: object, content = line.repeat(100)): Planned {
  const projectFolder = project();
  write(projectFolder, { "texts.txt": content });
  const model = { hf: { id: "acme/sentiment", revision: REVISION } };
  const registry = { repository: "registry.example.com/triton" };
  const spec = serviceArgs.parse({ model, registry, server: { pypi: {} }, ...options });
  return planService("sentiment", spec, { organization: "acme", project: "shop", stack: "dev", projectFolder });
}

const int8 = (file = "texts.txt") => ({ precision: "int8", qualityGate: { texts: file } });

describe("texts of one's own", () => {
  it("go into the server image of an int8 model, and export nothing again", () => {
    const { plan } = planned(int8());
    const built = planned({ precision: "int8" }).plan;
    expect(plan?.serverImage.files.get("gate/texts.txt")).toHaveProperty("file");
    expect(built?.serverImage.files.get("gate/texts.txt")).toEqual({ content: "" });
    expect(plan?.serverImage.hash).not.toBe(built?.serverImage.hash);
    expect(plan?.modelImage.hash).toBe(built?.modelImage.hash);
  });

  it("move no image of an fp32 model", () => {
    const [one, other] = [planned({ qualityGate: { texts: "texts.txt" } }), planned({})];
    expect(one.plan?.serverImage.hash).toBe(other.plan?.serverImage.hash);
  });
});

describe("a file that is no gate", () => {
  it.each([
    ["is missing", int8("no.txt"), undefined, "no such file"],
    ["is too short", int8(), `${line.repeat(99)}\n \n`, "holds 99 texts, too few to tell one label in a hundred"],
  ])("%s", (_, options, content, because) => {
    const { plan, problems } = planned(options, content);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ path: ["qualityGate", "texts"], because }]);
  });
});
