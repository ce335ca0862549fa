"""A graph in 16-bit floats. In: a model with the inputs of a BERT. Out: the same inputs and outputs, and what lies
between in fp16, but for what fp16 can't hold.

onnxruntime's own converter does the work. What it leaves to its caller is where fp16 ends (65504, 11 bits): what fills
masked places (-3.4e38, or minus infinity), sums of squares, products of queries and keys that are scaled only
afterwards, and numbers that become places in a table. Products, LayerNormalization and Softmax add up in fp32 in
onnxruntime's CUDA kernels."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper, shape_inference

from cpu_graph.facts import Facts, attribute_of, reads
from cpu_graph.int8 import CONTRIB
from cpu_graph.write import Writer

# The largest constant: no weight is near it, and a score that is added to it is still a number of fp16. A row of scores
# that is masked throughout would else be all infinite: its Softmax is no number, nor is 0 times that.
MOST = 1e4
# These have no fp16 in the opset of the export.
ALSO_FP32 = ("IsInf",)
# Where LayerNormalization is spelled out (DeBERTa), from the first to the last: squares of 256 are too large for fp16,
# and the epsilon is too small.
SQUARE, ROOT = "Pow", "Sqrt"
SCALES = ("Mul", "Div")
INTEGERS = (TensorProto.INT32, TensorProto.INT64)
# How the converter's own casts end.
CONVERTERS = "_cast_to_fp16_node"


def with_fp16(model: ModelProto, load_weights: Callable[[ModelProto], None] = lambda _: None) -> ModelProto:
    """Copies; the given model stays. `load_weights` takes into a graph the weights that are files of their own."""
    # Only here, for it takes a second: much else comes with it.
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

    # The types of all tensors: the converter goes by them. Without the weights, for with them a model may be larger
    # than any message of protobuf.
    typed = shape_inference.infer_shapes(_prepared(with_scale_first(model)), data_prop=True)
    load_weights(typed)
    _bound(typed)
    half: ModelProto = convert_float_to_float16(
        typed,
        max_finite_val=MOST,
        keep_io_types=True,
        disable_shape_infer=True,
        op_block_list=[*DEFAULT_OP_BLOCK_LIST, *ALSO_FP32],
        node_block_list=[*_spelled_out(typed), *_indices(typed)],
    )
    _join(half)
    _sort(half)
    return half


def with_scale_first(model: ModelProto) -> ModelProto:
    """Copies. Of a product of two tensors that is scaled afterwards, as queries × keys are, the first is scaled."""
    facts = Facts(model)
    # By the output of the product.
    scaled: dict[str, NodeProto] = {}
    for node in model.graph.node:
        product = facts.makers.get(node.input[0]) if node.op_type in SCALES else None
        if product is None or product.op_type != "MatMul" or facts.readers[product.output[0]] != [node.output[0]]:
            continue
        scale = facts.constant(node.input[1])
        if scale is not None and scale.size == 1 and not any(map(facts.is_constant, product.input)):
            scaled[product.output[0]] = node
    done = {node.output[0] for node in scaled.values()}
    writer = Writer()
    for node in model.graph.node:
        scaling = scaled.get(node.output[0])
        if scaling is not None:
            first, result = f"{scaling.output[0]}/first", scaling.output[0]
            writer.add(scaling.op_type, [node.input[0], scaling.input[1]], first)
            writer.add("MatMul", [first, node.input[1]], result)
        elif node.output[0] not in done:
            writer.copy(node)
    return writer.model(model)


def _prepared(model: ModelProto) -> ModelProto:
    """The converter tells nodes apart by their names; ONNX knows the types of its own nodes alone."""
    result = ModelProto()
    result.CopyFrom(model)
    for place, node in enumerate(result.graph.node):
        node.name = f"{node.op_type}_{place}"
        if node.domain == CONTRIB:
            result.graph.value_info.append(helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None))
    return result


def _bound(model: ModelProto) -> None:
    """Constants that no fp16 holds, infinity among them. The converter does the same for the finite ones that it makes
    fp16 of; those of nodes that stay fp32 reach fp16 behind them."""
    values = [*model.graph.initializer]
    values += [found.t for node in model.graph.node for found in node.attribute if found.HasField("t")]
    for value in values:
        if value.data_type != TensorProto.FLOAT:
            continue
        array = numpy_helper.to_array(value)
        if array.size and np.abs(array).max() > MOST:
            value.CopyFrom(numpy_helper.from_array(np.clip(array, -MOST, MOST).astype(array.dtype), value.name))


def _spelled_out(model: ModelProto) -> list[str]:
    """The names of the nodes from a square to the root of the sum of squares, and the mean of squares between."""
    makers = {output: node for node in model.graph.node for output in node.output}
    found: dict[str, NodeProto] = {}
    for root in model.graph.node:
        path = _behind(root, makers, lambda node, _: node.op_type != SQUARE) if root.op_type == ROOT else []
        if any(node.op_type == SQUARE for node in path):
            found |= {node.name: node for node in path}
    return sorted(found)


def _indices(model: ModelProto) -> list[str]:
    """The names of the nodes that make a number of which an integer is made: a place in a table (the relative
    positions of DeBERTa-v2, by their logarithms), where a rounded one is another place."""
    makers = {output: node for node in model.graph.node for output in node.output}
    types = {value.name: value.type.tensor_type.elem_type for value in model.graph.value_info}
    casts = (node for node in model.graph.node if node.op_type == "Cast" and attribute_of(node, "to") in INTEGERS)
    found = {
        behind.name
        for cast in casts
        if types.get(cast.input[0]) == TensorProto.FLOAT
        for behind in _behind(cast, makers, lambda _, name: types.get(name) == TensorProto.FLOAT)
    }
    return sorted(found)


def _behind(end: NodeProto, makers: dict[str, NodeProto], goes_on: Callable[[NodeProto, str], bool]) -> list[NodeProto]:
    """`end` and what makes its inputs, and theirs. `goes_on`: whether to follow an input of a node."""
    found, waiting = {end.name: end}, [end]
    while waiting:
        node = waiting.pop()
        for name in node.input:
            maker = makers.get(name)
            if maker is not None and maker.name not in found and goes_on(node, name):
                found[maker.name] = maker
                waiting.append(maker)
    return [*found.values()]


def _join(model: ModelProto) -> None:
    """Between two nodes that stay fp32 the converter goes to fp16 and back, which loses what they are fp32 for."""
    makers = {output: node for node in model.graph.node for output in node.output}
    direct = {}
    for node in model.graph.node:
        there = makers.get(node.input[0]) if _is_cast(node, TensorProto.FLOAT) else None
        if there is not None and _is_cast(there, TensorProto.FLOAT16) and there.name.endswith(CONVERTERS):
            direct[node.output[0]] = there.input[0]
    for node in model.graph.node:
        node.input[:] = [direct.get(name, name) for name in node.input]
    for name in direct:
        model.graph.node.remove(makers[name])


def _is_cast(node: NodeProto, to: int) -> bool:
    return node.op_type == "Cast" and bool(attribute_of(node, "to") == to)


def _sort(model: ModelProto) -> None:
    """Each node behind those that it reads, as ONNX wants it; the converter puts its own last."""
    nodes = list(model.graph.node)
    makers = {output: place for place, node in enumerate(nodes) for output in node.output}
    needs = [{makers[name] for name in reads(node) if name in makers} for node in nodes]
    readers: dict[int, list[int]] = {}
    for place, before in enumerate(needs):
        for maker in before:
            readers.setdefault(maker, []).append(place)
    ready = [place for place, before in enumerate(needs) if not before]
    order = []
    while ready:
        place = heapq.heappop(ready)
        order.append(nodes[place])
        for reader in readers.get(place, []):
            needs[reader].discard(place)
            if not needs[reader]:
                heapq.heappush(ready, reader)
    copies = [NodeProto() for _ in order]
    for copy, node in zip(copies, order, strict=True):
        copy.CopyFrom(node)
    model.graph.ClearField("node")
    model.graph.node.extend(copies)
