import { expect, it } from "vitest";
import { wireContract } from "../../../components/shared/contract";
import { PORTS } from "../../../components/shared/names";

it("says the same ports as the names of the Kubernetes objects", () => {
  expect(wireContract().ports).toEqual(PORTS);
});

it("keeps what the clients of the template rely on", () => {
  const { request, response, roles } = wireContract();
  expect(request.text).toEqual({ name: "text_input", type: "BYTES", dims: [1] });
  const dims = [1];
  expect(response.textClassification).toEqual({
    label: { name: "predicts", type: "BYTES", dims },
    score: { name: "scores", type: "FP32", dims },
  });
  expect(Object.values(roles)).toEqual(["text_preprocessing", "model_onnx", "post_processing"]);
});
