"""What cuts a token's row in pieces (the gate of a ModernBERT), as one node for each piece: no other step knows nodes
with several outputs. In: a model. Out: the same with Slices in place of such Splits."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto

from cpu_graph.facts import LAST, Facts, attribute_of
from cpu_graph.write import Writer


def without_splits(model: ModelProto) -> ModelProto:
    """Copies; the given model stays."""
    facts = Facts(model)
    writer = Writer()
    for node in model.graph.node:
        pieces = _pieces(node, facts)
        if not pieces:
            writer.copy(node)
        for output, begin, end in pieces:
            bounds = {"begin": begin, "end": end, "axis": LAST}
            names = [writer.constant(f"{output}/{name}", np.array([at], np.int64)) for name, at in bounds.items()]
            writer.add("Slice", [node.input[0], *names], output)
    return writer.model(model)


def _pieces(node: NodeProto, facts: Facts) -> list[tuple[str, int, int]]:
    """The outputs of a Split of each token's row, with where each begins and ends; none of any other node."""
    if node.op_type != "Split" or attribute_of(node, "axis", 0) not in (LAST, 2):
        return []
    widths = [width for output in node.output if (width := facts.width(output)) is not None]
    if len(widths) < len(node.output):
        return []
    ends = np.cumsum(widths).tolist()
    return list(zip(node.output, [0, *ends[:-1]], ends, strict=True))
