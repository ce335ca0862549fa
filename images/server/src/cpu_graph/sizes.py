"""What a graph computes from sizes that it could know: the width of a head, from it the scale of attention, and how
heads are cut and joined. In: a model. Out: the same with constants in their place. A constant scale onnxruntime takes
into the product, instead of multiplying queries and keys one by one (its MatMulScaleFusion)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, numpy_helper

from cpu_graph.facts import Facts, attribute_of
from cpu_graph.write import Writer

UNKNOWN = -1
# The axes before what a token has: texts, tokens.
LEADING = 2
# "The same as before", said to a Reshape.
KEEP = 0


def with_known_sizes(model: ModelProto) -> ModelProto:
    """Copies; the given model stays."""
    facts = Facts(model)
    writer = Writer()
    for node in model.graph.node:
        sizes, target = _sizes(node, facts), _target(node, facts)
        if sizes is not None and UNKNOWN not in sizes:
            writer.add("Constant", [], node.output[0], value=numpy_helper.from_array(sizes))
            continue
        written = writer.copy(node)
        if target is not None:
            # Else a KEEP would be a length of 0; Reshape has no other attribute.
            written.ClearField("attribute")
            written.input[1] = writer.constant(f"{node.output[0]}/shape", target)
    return writer.model(model)


def _sizes(node: NodeProto, facts: Facts) -> npt.NDArray[np.int64] | None:
    """What a node picks out of the shape of a tensor; None for any other node."""
    source = facts.makers.get(node.input[0]) if node.op_type in ("Gather", "Slice") else None
    if source is None or source.op_type != "Shape" or source.attribute:
        return None
    shape, picks = facts.shape(source.input[0]), [facts.constant(name) for name in node.input[1:]]
    if shape is None or any(pick is None for pick in picks):
        return None
    sizes = np.array([UNKNOWN if size is None else size for size in shape], np.int64)
    if node.op_type == "Gather":
        return np.asarray(sizes[picks[0]]) if attribute_of(node, "axis", 0) == 0 else None
    first, last, _, step = [pick.item() for pick in picks if pick is not None] + [0, 1][len(picks) - 2 :]
    return sizes[first:last:step]


def _target(node: NodeProto, facts: Facts) -> npt.NDArray[np.int64] | None:
    """The shape that a Reshape makes, if it only cuts or joins what each token has; None for any other node."""
    if node.op_type != "Reshape":
        return None
    before, after = _per_token(node.input[0], facts), _per_token(node.output[0], facts)
    if before is None or after is None or math.prod(before) != math.prod(after):
        return None
    return np.array([KEEP] * LEADING + after, np.int64)


def _per_token(name: str, facts: Facts) -> list[int] | None:
    """The sizes of what a token has in a tensor [texts, tokens, …]; None if not all are known."""
    shape = (facts.shape(name) or [])[LEADING:]
    sizes = [size for size in shape if size is not None]
    return sizes if 0 < len(sizes) == len(shape) else None
