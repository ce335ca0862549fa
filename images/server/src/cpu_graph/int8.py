"""Products in 8-bit integers. In: a graph without padding (padding.py), whose products take [tokens, H], or [texts, H]
behind the last attention. Out: the same with int8 weights, one scale for each output, and activations rounded to 8 bits
as they come, one scale for each token.

A scale for each token, found in that token alone, needs no calibration and makes an answer independent of the texts
beside it; onnxruntime's own dynamic quantisation has one scale for a whole batch.

The integers are 8 bits in full, so a CPU must have VNNI: without it MLAS adds in 16 bits, which overflow (onnxruntime,
"Quantize ONNX models", section "When and why do I need to try U8U8?"). Unsigned weights would not, and give the same
numbers, but VNNI does not multiply them: 1.3 times fp32 instead of 2."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from cpu_graph.padding import FIRST, FIRSTS, PACKED, REAL
from cpu_graph.write import Writer

# Half of the range of 8 bits on either side of a zero point of 128.
STEPS, ZERO = 127, 128
# A token of zeros has a scale, too.
LEAST = 1e-9
CONTRIB = "com.microsoft"
# The forms of a tensor whose products are rounded; and what is as long.
FORMS = {PACKED: REAL, FIRST: FIRSTS}


def with_int8(model: ModelProto) -> ModelProto:
    """Copies; the given model stays."""
    writer = _Writer({value.name: value for value in model.graph.initializer})
    for node in model.graph.node:
        writer.take(node)
    result = writer.model(model)
    result.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    return result


class _Writer(Writer):
    def __init__(self, weights: dict[str, TensorProto]) -> None:
        super().__init__()
        self._weights = weights
        self._products: set[str] = set()
        self._rounded: set[str] = set()
        self._forms: set[str] = set()
        self.constant("int8/last", np.array([-1], np.int64))
        self.constant("int8/step", np.float32(1 / STEPS))
        self.constant("int8/least", np.float32(LEAST))
        self.constant("int8/one", np.float32(1))
        self.constant("int8/zero", np.uint8(ZERO))

    def take(self, node: NodeProto) -> None:
        weights = self._weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if weights is None or len(weights.dims) != 2 or not node.input[0].endswith(tuple(FORMS)):
            self._keep(node)
            return
        tokens, product = node.input[0], node.output[0]
        self._products.add(product)
        self._round(tokens)
        scale = self._round_weights(weights)
        inputs = [f"{tokens}/int8", f"{weights.name}/int8", "int8/one", scale, "int8/zero"]
        self.add("MatMulIntegerToFloat", inputs, f"{product}/unscaled", domain=CONTRIB)
        self.add("Mul", [f"{product}/unscaled", f"{tokens}/scale"], product)

    def _keep(self, node: NodeProto) -> None:
        """As it is; but what adds a bias [H] to a product adds it as [1, H]: onnxruntime takes the other into one node
        with the GELU behind it (BiasGelu), which is slower than the two."""
        written = self.copy(node)
        if node.op_type != "Add" or not self._products.intersection(node.input):
            return
        for place, name in enumerate(node.input):
            if name in self._weights and len(self._weights[name].dims) == 1:
                row = numpy_helper.to_array(self._weights[name])[None]
                written.input[place] = self.constant(f"{node.output[0]}/row", row)

    def _zeros(self, form: str) -> str:
        """The zero points of all tokens of a form."""
        if form not in self._forms:
            self._forms.add(form)
            self.add("Shape", [FORMS[form]], f"int8/count{form}")
            self.add("Expand", ["int8/zero", f"int8/count{form}"], f"int8/zeros{form}")
        return f"int8/zeros{form}"

    def _round(self, tokens: str) -> None:
        """`tokens` [tokens, H] in 8 bits, and a scale for each token; once, however many products read them."""
        if tokens in self._rounded:
            return
        self._rounded.add(tokens)
        zeros = self._zeros(next(form for form in FORMS if tokens.endswith(form)))
        self.add("Abs", [tokens], f"{tokens}/size")
        self.add("ReduceMax", [f"{tokens}/size", "int8/last"], f"{tokens}/most", keepdims=1)
        self.add("Max", [f"{tokens}/most", "int8/least"], f"{tokens}/range")
        self.add("Mul", [f"{tokens}/range", "int8/step"], f"{tokens}/scale")
        self.add("Reshape", [f"{tokens}/scale", "int8/last"], f"{tokens}/scales")
        self.add("QuantizeLinear", [tokens, f"{tokens}/scales", zeros], f"{tokens}/int8", axis=0)

    def _round_weights(self, weights: TensorProto) -> str:
        """Returns the name of the scales, one for each output."""
        name = f"{weights.name}/scale"
        if name not in {constant.name for constant in self.constants}:
            values = numpy_helper.to_array(weights).astype(np.float32)
            scale = np.maximum(np.abs(values).max(axis=0) / STEPS, np.float32(LEAST))
            self.constant(f"{weights.name}/int8", np.rint(values / scale).astype(np.int8))
            self.constant(name, scale)
        return name
