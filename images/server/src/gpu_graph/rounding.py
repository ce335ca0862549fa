"""What a GPU makes of an fp16 graph, on a CPU. In: a model of half.py. Out: the same in fp32, with each result rounded
to fp16, as a kernel rounds that adds up in fp32.

A CPU tells little of it otherwise: it has no fp16 but for nodes that move numbers, so onnxruntime puts a Cast before
and behind each other node, and takes out those that meet. What lies between is not rounded then, and what would
overflow on a GPU does not. Casts that the graph itself has are kept. What a fused node does inside is not seen."""

from __future__ import annotations

from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, numpy_helper

from cpu_graph.facts import attribute_of
from cpu_graph.write import Writer

HALF = TensorProto.FLOAT16
# Nodes that make no number which was not there.
MOVES = {"Concat", "Constant", "ConstantOfShape", "Expand", "Flatten", "Gather", "GatherElements", "GatherND"}
MOVES |= {"Identity", "Neg", "Relu", "Reshape", "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze", "Where"}


class Unknown(Exception):
    """Of this tensor or node the graph does not say enough to tell what a GPU would make of it."""


def as_rounded(half: ModelProto) -> ModelProto:
    """Copies; the given model stays. Raises Unknown."""
    graph = half.graph
    types = {value.name: value.type.tensor_type.elem_type for value in [*graph.value_info, *graph.output]}
    writer = Writer()
    for node in graph.node:
        _take(node, writer, types)
    result = writer.model(half)
    for value in result.graph.initializer:
        _widen(value)
    return result


def _take(node: NodeProto, writer: Writer, types: dict[str, int]) -> None:
    if any(attribute.type == AttributeProto.GRAPH for attribute in node.attribute):
        raise Unknown(f"{node.op_type} has a graph of its own")
    written = writer.copy(node)
    for attribute in written.attribute:
        if attribute.HasField("t"):
            _widen(attribute.t)
    is_cast = node.op_type == "Cast"
    if is_cast and attribute_of(node, "to") == HALF:
        written.output[0] = f"{node.output[0]}/half"
        writer.add("Cast", [written.output[0]], node.output[0], to=TensorProto.FLOAT)
        return
    if is_cast or node.op_type in MOVES:
        return
    for place, name in enumerate(node.output):
        if name and name not in types:
            raise Unknown(f"{node.op_type} makes {name}, whose type is not known")
        if name and types[name] == HALF:
            written.output[place] = f"{name}/exact"
            writer.add("Cast", [f"{name}/exact"], f"{name}/half", to=HALF)
            writer.add("Cast", [f"{name}/half"], name, to=TensorProto.FLOAT)


def _widen(value: TensorProto) -> None:
    if value.data_type == HALF:
        value.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(value).astype("float32"), value.name))
