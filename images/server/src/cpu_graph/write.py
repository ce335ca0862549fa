"""How a rewritten graph is put together. In: nodes, old ones and new, and what they read. Out: a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from cpu_graph.facts import reads


class Writer:
    """Gathers nodes in the graph's order, and constants for them."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def copy(self, node: NodeProto) -> NodeProto:
        """A copy of `node` comes next. Returns it, to be changed; the given one stays."""
        self.nodes.append(NodeProto())
        self.nodes[-1].CopyFrom(node)
        return self.nodes[-1]

    def constant(self, name: str, value: Any) -> str:
        """Returns its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def model(self, original: ModelProto) -> ModelProto:
        """A copy of `original` with these nodes for its own, as far as they lead to an output, and the constants that
        those read; without its shapes, which may be others now."""
        result = ModelProto()
        result.CopyFrom(original)
        graph = result.graph
        nodes = self._needed([value.name for value in graph.output])
        used = {name for node in nodes for name in reads(node)}
        constants = [value for value in [*graph.initializer, *self.constants] if value.name in used]
        for field, values in (("node", nodes), ("initializer", constants), ("value_info", [])):
            graph.ClearField(field)
            getattr(graph, field).extend(values)
        return result

    def _needed(self, outputs: Sequence[str]) -> list[NodeProto]:
        """Those that lead to an output, in their order."""
        wanted, kept = set(outputs), []
        for node in reversed(self.nodes):
            if wanted.intersection(node.output):
                kept.append(node)
                wanted.update(reads(node))
        return kept[::-1]
