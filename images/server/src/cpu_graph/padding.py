"""Takes the padding out of a graph. In: a model with the inputs of a BERT, [texts, tokens] each. Out: a model that
computes the same, or None where this graph has nothing to gain.

A tensor `x` of the graph, [texts, tokens, H], may get two forms besides: `x/packed` [real tokens, H], and `x/first`
[texts, H]."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto

from cpu_graph.facts import Facts, only_for, reads
from cpu_graph.write import Writer

MASK = "attention_mask"
# End the name of a tensor in its packed form, and of its first tokens.
PACKED, FIRST = "/packed", "/first"
# Names of what all nodes share, computed once from the mask.
REAL, PLACES, FIRSTS, SHAPE = "padding/real", "padding/places", "padding/firsts", "padding/shape"


def without_padding(model: ModelProto) -> ModelProto | None:
    if MASK not in [value.name for value in model.graph.input]:
        return None
    facts = Facts(model)
    if not any(facts.is_linear(node) for node in model.graph.node):
        return None
    writer = _Writer(facts, [node for node in model.graph.node if facts.takes_first(node)])
    for node in model.graph.node:
        writer.take(node)
    return writer.model(model)


class _Writer(Writer):
    """Takes the nodes one by one, in the graph's order, and writes each in the form that its inputs have."""

    def __init__(self, facts: Facts, ends: list[NodeProto]) -> None:
        super().__init__()
        self._facts = facts
        self._only_first = only_for(ends, facts)
        self._packed: set[str] = set()
        self._first: set[str] = set()
        self._whole: set[str] = set()
        self._mask()

    def take(self, node: NodeProto) -> None:
        tokens = self._facts.per_token(node)
        if node.output[0] in self._only_first:
            self._write(node, {name: self._as_first(name) for name in tokens}, FIRST)
            self._first.add(node.output[0])
        elif self._facts.is_linear(node) or any(name in self._packed for name in tokens):
            self._write(node, {name: self._as_packed(name) for name in tokens}, PACKED)
            self._packed.add(node.output[0])
        elif self._facts.takes_first(node) and (node.input[0] in self._first or node.input[0] in self._packed):
            self.add("Identity", [self._as_first(node.input[0])], node.output[0])
        elif node.op_type == "Shape" and self._is_only_packed(node.input[0]) and not node.attribute:
            width = np.array([self._facts.width(node.input[0])], np.int64)
            self.add("Concat", [SHAPE, self.constant(f"{node.output[0]}/width", width)], node.output[0], axis=0)
        else:
            for name in reads(node):
                if self._is_only_packed(name):
                    self.add("Gather", [f"{name}{PACKED}", PLACES], name, axis=0)
                    self._whole.add(name)
            self.nodes.append(node)
            self._whole.update(node.output)

    def _mask(self) -> None:
        """Where in the list each token lies (a padded one: where the real one before it does), and what lies where."""
        flat = self.constant("padding/flat", np.array([-1], np.int64))
        one, nought = self.constant("padding/one", np.array([1], np.int64)), self.constant("padding/0", np.int64(0))
        self.add("Cast", [MASK], "padding/mask", to=TensorProto.INT64)
        self.add("Reshape", ["padding/mask", flat], "padding/flags")
        self.add("NonZero", ["padding/flags"], "padding/found")
        self.add("Reshape", ["padding/found", flat], REAL)
        self.add("CumSum", ["padding/flags", nought], "padding/count")
        self.add("Sub", ["padding/count", one], "padding/index")
        self.add("Max", ["padding/index", nought], "padding/list")
        self.add("Shape", [MASK], SHAPE)
        self.add("Reshape", ["padding/list", SHAPE], PLACES)
        self.add("Gather", [PLACES, nought], FIRSTS, axis=1)

    def _is_only_packed(self, name: str) -> bool:
        return name in self._packed and name not in self._whole

    def _as_packed(self, name: str) -> str:
        if name not in self._packed:
            width = np.array([-1, self._facts.width(name)], np.int64)
            self.add("Reshape", [name, self.constant(f"{name}/width", width)], f"{name}/rows")
            self.add("Gather", [f"{name}/rows", REAL], f"{name}{PACKED}", axis=0)
            self._packed.add(name)
        return f"{name}{PACKED}"

    def _as_first(self, name: str) -> str:
        if name not in self._first:
            if name in self._packed:
                self.add("Gather", [f"{name}{PACKED}", FIRSTS], f"{name}{FIRST}", axis=0)
            else:
                self.add("Gather", [name, "padding/0"], f"{name}{FIRST}", axis=1)
            self._first.add(name)
        return f"{name}{FIRST}"

    def _write(self, node: NodeProto, inputs: dict[str, str], form: str) -> None:
        written = self.copy(node)
        written.input[:] = [inputs.get(name, name) for name in node.input]
        written.output[0] = f"{node.output[0]}{form}"
        for attribute in written.attribute:
            if attribute.name == "axis":
                # The tensor has lost its first axis; the last is still the last.
                attribute.i = -1
