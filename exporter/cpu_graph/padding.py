"""Takes the padding out of a graph. In: a model with the inputs of a BERT, [texts, tokens] each. Out: a model that
computes the same, or None where this graph has nothing to gain.

A tensor `x` of the graph, [texts, tokens, H], may get two forms besides: `x/packed` [real tokens, H], and `x/first`
[texts, H]."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from cpu_graph.facts import Facts, needed, only_for, reads

MASK = "attention_mask"
# Ends the name of a tensor in its packed form.
PACKED = "/packed"
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
    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    nodes = needed(writer.nodes, [value.name for value in graph.output])
    used = {name for node in nodes for name in reads(node)}
    constants = [value for value in [*graph.initializer, *writer.constants] if value.name in used]
    for field, values in (("node", nodes), ("initializer", constants), ("value_info", [])):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    return result


class _Writer:
    """Takes the nodes one by one, in the graph's order, and writes each in the form that its inputs have."""

    def __init__(self, facts: Facts, ends: list[NodeProto]) -> None:
        self._facts = facts
        self._only_first = only_for(ends, facts)
        self._packed: set[str] = set()
        self._first: set[str] = set()
        self._whole: set[str] = set()
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._mask()

    def take(self, node: NodeProto) -> None:
        tokens = self._facts.per_token(node)
        if node.output[0] in self._only_first:
            self._write(node, {name: self._as_first(name) for name in tokens}, "first")
            self._first.add(node.output[0])
        elif self._facts.is_linear(node) or any(name in self._packed for name in tokens):
            self._write(node, {name: self._as_packed(name) for name in tokens}, "packed")
            self._packed.add(node.output[0])
        elif self._facts.takes_first(node) and (node.input[0] in self._first or node.input[0] in self._packed):
            self._add("Identity", [self._as_first(node.input[0])], node.output[0])
        elif node.op_type == "Shape" and self._is_only_packed(node.input[0]) and not node.attribute:
            width = np.array([self._facts.width(node.input[0])], np.int64)
            self._add("Concat", [SHAPE, self._constant(f"{node.output[0]}/width", width)], node.output[0], axis=0)
        else:
            for name in reads(node):
                if self._is_only_packed(name):
                    self._add("Gather", [f"{name}{PACKED}", PLACES], name, axis=0)
                    self._whole.add(name)
            self.nodes.append(node)
            self._whole.update(node.output)

    def _mask(self) -> None:
        """Where in the list each token lies (a padded one: where the real one before it does), and what lies where."""
        flat = self._constant("padding/flat", np.array([-1], np.int64))
        one, nought = self._constant("padding/one", np.array([1], np.int64)), self._constant("padding/0", np.int64(0))
        self._add("Cast", [MASK], "padding/mask", to=TensorProto.INT64)
        self._add("Reshape", ["padding/mask", flat], "padding/flags")
        self._add("NonZero", ["padding/flags"], "padding/found")
        self._add("Reshape", ["padding/found", flat], REAL)
        self._add("CumSum", ["padding/flags", nought], "padding/count")
        self._add("Sub", ["padding/count", one], "padding/index")
        self._add("Max", ["padding/index", nought], "padding/list")
        self._add("Shape", [MASK], SHAPE)
        self._add("Reshape", ["padding/list", SHAPE], PLACES)
        self._add("Gather", [PLACES, nought], FIRSTS, axis=1)

    def _is_only_packed(self, name: str) -> bool:
        return name in self._packed and name not in self._whole

    def _as_packed(self, name: str) -> str:
        if name not in self._packed:
            width = np.array([-1, self._facts.width(name)], np.int64)
            self._add("Reshape", [name, self._constant(f"{name}/width", width)], f"{name}/rows")
            self._add("Gather", [f"{name}/rows", REAL], f"{name}{PACKED}", axis=0)
            self._packed.add(name)
        return f"{name}{PACKED}"

    def _as_first(self, name: str) -> str:
        if name not in self._first:
            if name in self._packed:
                self._add("Gather", [f"{name}{PACKED}", FIRSTS], f"{name}/first", axis=0)
            else:
                self._add("Gather", [name, "padding/0"], f"{name}/first", axis=1)
            self._first.add(name)
        return f"{name}/first"

    def _write(self, node: NodeProto, inputs: dict[str, str], form: str) -> None:
        written = NodeProto()
        written.CopyFrom(node)
        written.input[:] = [inputs.get(name, name) for name in node.input]
        written.output[0] = f"{node.output[0]}/{form}"
        for attribute in written.attribute:
            if attribute.name == "axis":
                # The tensor has lost its first axis; the last is still the last.
                attribute.i = -1
        self.nodes.append(written)

    def _add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def _constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name
