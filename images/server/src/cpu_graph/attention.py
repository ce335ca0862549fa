"""Where the classifier reads the first token of each text only, the last attention is asked for no other: one row of
queries, of scores and of weights for each text and head. In: a model with the inputs of a BERT, its sizes known
(sizes.py). Out: the same answers, for less.

Found backwards: of a tensor that is read for its first row along some axis alone, so are the inputs of its node, along
an axis that the kind of node tells. Where a node is of another kind, or somebody else reads the tensor too, the whole
is computed and its first row taken."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
from onnx import ModelProto, NodeProto

from cpu_graph.facts import ELEMENT_WISE, Facts, attribute_of, only_for
from cpu_graph.sizes import KEEP, LEADING
from cpu_graph.write import Writer

# Nodes whose output has in each place what the same place of the inputs says (Softmax: the same row).
SAME_PLACE = ELEMENT_WISE | {"Where", "Min", "Max", "IsNaN", "Softmax"}
# Of [texts, tokens, H] and of [texts, tokens, heads, H of a head].
TOKENS = 1


def with_first_rows(model: ModelProto) -> ModelProto:
    """Copies; the given model stays."""
    facts = Facts(model)
    only_first = only_for([node for node in model.graph.node if facts.takes_first(node)], facts)
    behind = {name for made in only_first for name in facts.per_token(facts.makers[made])} - only_first
    axes = _narrow({name for name in behind if only_first.issuperset(facts.readers[name])}, facts)
    writer = _Writer(axes, facts)
    for node in model.graph.node:
        writer.take(node)
    return writer.model(model)


def _narrow(ends: Set[str], facts: Facts) -> dict[str, int]:
    """The tensors of which the first row alone is read, along an axis, and can be made alone."""
    axes: dict[str, int] = {}
    waiting = [(name, TOKENS) for name in ends]
    while waiting:
        name, axis = waiting.pop()
        asked = _asks(facts.makers.get(name), axis, facts)
        if name not in axes and asked is not None:
            axes[name] = axis
            waiting += asked.items()
    while wrong := [name for name, axis in axes.items() if name not in ends and not _all_ask(name, axis, axes, facts)]:
        for name in wrong:
            del axes[name]
    return axes


def _all_ask(name: str, axis: int, axes: dict[str, int], facts: Facts) -> bool:
    """Whether all who read a tensor are asked for, and ask for, that row alone."""
    for reader in facts.readers[name]:
        node = facts.makers[reader]
        asked = _asks(node, axes[reader], facts) if reader in axes else None
        if asked is None or asked.get(name) != axis or list(node.input).count(name) > 1:
            return False
    return True


def _asks(node: NodeProto | None, axis: int, facts: Facts) -> dict[str, int] | None:
    """Of which inputs a node reads only the first row, and along which axis, if its output is read for the first row
    along `axis`; it reads the others whole. None if that is not known."""
    shape = None if node is None else facts.shape(node.output[0])
    # What is made token by token is narrowed by padding.py.
    if node is None or shape is None or facts.per_token(node):
        return None
    if node.op_type == "Transpose":
        return {node.input[0]: attribute_of(node, "perm")[axis]}
    if node.op_type == "MatMul" and not facts.is_constant(node.input[1]) and axis == len(shape) - 2:
        return {node.input[0]: axis}
    if node.op_type == "Reshape":
        target = facts.constant(node.input[1])
        keeps = target is not None and axis == TOKENS and target[:LEADING].tolist() == [KEEP] * LEADING
        return {node.input[0]: axis} if keeps else None
    by_row = node.op_type != "Softmax" or attribute_of(node, "axis", -1) in (-1, len(shape) - 1)
    return _same_place(node, axis, len(shape), facts) if node.op_type in SAME_PLACE and by_row else None


def _same_place(node: NodeProto, axis: int, rank: int, facts: Facts) -> dict[str, int] | None:
    asked: dict[str, int] = {}
    for name in node.input:
        shape = facts.shape(name)
        if shape is None:
            return None
        # Shapes are aligned at their ends; what lacks the axis, or has one row there, is the same for all rows.
        own = axis - (rank - len(shape))
        if own >= 0 and shape[own] != 1:
            asked[name] = own
    return asked


class _Writer(Writer):
    def __init__(self, axes: dict[str, int], facts: Facts) -> None:
        super().__init__()
        self._axes = axes
        self._facts = facts
        self._taken: set[str] = set()
        for name, value in (("nought", 0), ("first", [0]), ("second", [1])):
            self.constant(f"rows/{name}", np.array(value, np.int64))

    def take(self, node: NodeProto) -> None:
        """Takes the nodes one by one, in the graph's order."""
        axis = self._axes.get(node.output[0])
        asked = None if axis is None else _asks(node, axis, self._facts)
        if asked is None:
            self.nodes.append(node)
            return
        rows = {name: self._first(name, axis) for name, axis in asked.items() if name not in self._axes}
        self.copy(node).input[:] = [rows.get(name, name) for name in node.input]

    def _first(self, name: str, axis: int) -> str:
        """The first row of a tensor that is made whole, once for each tensor and axis."""
        row = f"{name}/row{axis}"
        if row not in self._taken:
            self._taken.add(row)
            width = self._facts.width(name)
            if width is not None and axis == TOKENS:
                # The form in which padding.py sees that a tensor made token by token is wanted for the first alone.
                self.add("Gather", [name, "rows/nought"], f"{name}/token", axis=TOKENS)
                shape = self.constant(f"{row}/shape", np.array([-1, 1, width], np.int64))
                self.add("Reshape", [f"{name}/token", shape], row)
            else:
                axes = self.constant(f"{row}/axes", np.array([axis], np.int64))
                self.add("Slice", [name, "rows/first", "rows/second", axes], row)
        return row
