"""What a graph says of itself, looked up quickly. In: a model. Out: shapes, constants, who makes and who reads a
tensor, and which nodes work token by token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper, shape_inference

# Nodes that treat each number, or each pair of numbers, by itself.
ELEMENT_WISE = {
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Pow",
    "Erf",
    "Tanh",
    "Sqrt",
    "Exp",
    "Neg",
    "Relu",
    "Sigmoid",
    "Gelu",
    "Cast",
}
ELEMENT_WISE |= {"Identity"}
# The axis of what a token has.
LAST = -1


class Facts:
    def __init__(self, model: ModelProto) -> None:
        graph = shape_inference.infer_shapes(model, data_prop=True).graph
        self._values: dict[str, TensorProto] = {value.name: value for value in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self._values[node.output[0]] = node.attribute[0].t
        self._shapes: dict[str, list[int | None]] = {
            value.name: [axis.dim_value or None for axis in value.type.tensor_type.shape.dim]
            for value in [*graph.value_info, *graph.input, *graph.output]
            if value.type.tensor_type.HasField("shape")
        }
        # What a Reshape makes may be of unknown width; the weights that it is multiplied with know.
        for node in graph.node:
            if node.op_type == "MatMul" and node.input[1] in self._values:
                shape, weights = self._shapes.get(node.input[0], []), self._values[node.input[1]]
                if len(shape) == 3 and len(weights.dims) == 2:
                    shape[2] = weights.dims[0]
        self.makers = {output: node for node in graph.node for output in node.output}
        # Nodes have no identity in protobuf, and names only by custom: each goes by its first output.
        self.readers: dict[str, list[str]] = {}
        for node in graph.node:
            for name in reads(node):
                self.readers.setdefault(name, []).append(node.output[0])
        # What only a shape decides (position embeddings) is the same for all texts, and has no padding.
        self._of_the_texts = {value.name for value in graph.input}
        for node in graph.node:
            if node.op_type != "Shape" and self._of_the_texts.intersection(reads(node)):
                self._of_the_texts.update(node.output)

    def is_constant(self, name: str) -> bool:
        return name in self._values

    def constant(self, name: str) -> npt.NDArray[np.generic] | None:
        """Its value; None if it is not known, as that of weights in a file of their own."""
        value = self._values.get(name)
        return None if value is None or value.data_location == TensorProto.EXTERNAL else numpy_helper.to_array(value)

    def shape(self, name: str) -> list[int | None] | None:
        """Its axes, None for a length that is not known; None if nothing is known."""
        value = self._values.get(name)
        return self._shapes.get(name) if value is None else list(value.dims)

    def width(self, name: str) -> int | None:
        """H of a tensor [texts, tokens, H]; None for any other tensor."""
        shape = self._shapes.get(name, [])
        return shape[2] if len(shape) == 3 and name in self._of_the_texts else None

    def per_token(self, node: NodeProto) -> list[str]:
        """The inputs [texts, tokens, H] of a node that makes each token's output of that token's inputs alone; none if
        the node is not of that kind."""
        tokens = [name for name in node.input if self.width(name) is not None]
        others = [name for name in node.input if name not in tokens]
        if self.is_linear(node) or (node.op_type == "LayerNormalization" and attribute_of(node, "axis") in (-1, 2)):
            return tokens[:1]
        if node.op_type == "ReduceMean" and len(node.input) == 2:
            # DeBERTa spells out its layer normalisation.
            return tokens if self._is_last(node.input[1]) else []
        if node.op_type == "Slice" and len(node.input) == 4:
            return tokens if self._is_last(node.input[3]) and all(map(self.is_constant, node.input[1:])) else []
        if node.op_type in ELEMENT_WISE and all(self._broadcasts(name) for name in others):
            return tokens
        return []

    def is_linear(self, node: NodeProto) -> bool:
        """A product with constant weights: where the time goes."""
        if node.op_type != "MatMul" or self.width(node.input[0]) is None:
            return False
        weights = self._values.get(node.input[1])
        return weights is not None and len(weights.dims) == 2

    def takes_first(self, node: NodeProto) -> bool:
        """x[:, 0] of a tensor [texts, tokens, H]: what a classifier reads."""
        if node.op_type != "Gather" or self.width(node.input[0]) is None:
            return False
        index = self.constant(node.input[1])
        return index is not None and index.shape == () and int(index) == 0 and attribute_of(node, "axis") == 1

    def _is_last(self, axes: str) -> bool:
        value = self.constant(axes)
        return value is not None and value.tolist() == [LAST]

    def _broadcasts(self, name: str) -> bool:
        """Constants that are the same for every token."""
        value = self._values.get(name)
        return value is not None and len(value.dims) <= 1


def attribute_of(node: NodeProto, name: str, default: Any = None) -> Any:
    """Its value; `default` where the node does not say it."""
    return next((helper.get_attribute_value(found) for found in node.attribute if found.name == name), default)


def without_aliases(model: ModelProto) -> ModelProto:
    """A copy whose nodes read weights by their own names: exports share equal weights by way of an Identity."""
    result = ModelProto()
    result.CopyFrom(model)
    originals = {value.name: value.name for value in result.graph.initializer}
    for node in result.graph.node:
        if node.op_type == "Identity" and node.input[0] in originals:
            originals[node.output[0]] = originals[node.input[0]]
        else:
            node.input[:] = [originals.get(name, name) for name in node.input]
    return result


def reads(node: NodeProto) -> list[str]:
    """Its inputs, and what the branches of an If take from outside."""
    branches = [attribute.g for attribute in node.attribute if attribute.type == AttributeProto.GRAPH]
    return [*node.input, *(name for branch in branches for inner in branch.node for name in reads(inner))]


def only_for(ends: Sequence[NodeProto], facts: Facts) -> set[str]:
    """The tensors, made token by token, that nobody reads but to reach `ends`."""
    found: set[str] = set()
    waiting = [node.input[0] for node in ends]
    while waiting:
        name = waiting.pop()
        node = facts.makers.get(name)
        if node is not None and name not in found and facts.per_token(node):
            found.add(name)
            waiting += facts.per_token(node)
    inside = {node.output[0] for node in ends}
    while shared := {name for name in found if not (found | inside).issuperset(facts.readers.get(name, []))}:
        found -= shared
    return found
