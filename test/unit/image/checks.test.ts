/** The name that clients call. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { imageProblems } from "../../../components/image/checks";
import { apiNameOptions } from "../../../components/image/options";
import { optionTree } from "../../../components/options/generate/optionTree";
import { wireContract } from "../../../components/shared/contract";
import { modelProblems } from "../stack/stack";

describe("the name in the URL", () => {
  it("may be what the renderer takes, no more and no less", () => {
    const spec = path.resolve(__dirname, "../../../images/server/src/triton_repository/spec.py");
    const python = /^API_NAME = re\.compile\(r"(.+)"\)$/m.exec(fs.readFileSync(spec, "utf8"))?.[1];
    // re.fullmatch
    expect(optionTree(apiNameOptions).pattern).toBe(`^${python}$`);
  });

  it("may not be that of a model behind the public one, whatever the contract calls them", () => {
    for (const apiName of Object.values(wireContract().roles))
      expect(modelProblems({ apiName })[0]).toMatch(/has a model of this name for its own use/);
  });

  it("may not be such a name by default either", () => {
    expect(imageProblems("model_onnx", {})).toMatchObject([{ path: ["apiName"], got: "model_onnx" }]);
    expect(imageProblems("model_onnx", { apiName: "sentiment" })).toEqual([]);
  });
});
