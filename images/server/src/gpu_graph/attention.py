"""Attention as one node: com.microsoft's MultiHeadAttention, for which onnxruntime has fused CUDA kernels. In: a model
with the inputs of a BERT. Out: the same answers, or None where this graph has no attention of that kind.

Found from each Softmax, to both sides: queries × keys, scaled, and a mask that is added; times values, and the heads
put side by side. Only a mask that is nothing but padding becomes one of the node; what adds anything else to the scores
(a window, relative positions) stays as it is, since with it onnxruntime takes no fused kernel.

Of a mask the fused kernels know the number of tokens alone (onnxruntime, transformers/README.md, `--use_mask_index`: it
"requires right-side padding"). So texts must be padded behind their end, as all that this package serves are; for any
other mask every logit is made NaN, which is refused, rather than wrong. To padded tokens themselves the kernels give
other numbers than the exported graph does: `garbled` is to show that no logit depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper

from cpu_graph.check import session
from cpu_graph.facts import Facts, attribute_of, without_aliases
from cpu_graph.int8 import CONTRIB
from cpu_graph.padding import MASK
from cpu_graph.sizes import KEEP, with_known_sizes
from cpu_graph.write import Writer

# Texts, tokens, heads, width of a head: of what a token has, and as products take it.
BY_TOKEN, BY_HEAD, KEYS = (0, 1, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1)
# Added to a score, it leaves nothing of its weight.
HIDES = -1e4
# Names of what all nodes share.
LENGTHS, HOLES = "attention/lengths", "attention/holes"


@dataclass(frozen=True)
class Attention:
    """What lies between queries, keys, values and `output` [texts, tokens, H], and goes."""

    queries: str
    keys: str
    values: str
    heads: int
    width: int
    scale: float
    output: str


def with_fused_attention(model: ModelProto, longest: int, garbled: bool = False) -> ModelProto | None:
    """Copies; the given model stays. `longest`: tokens that the model takes. `garbled`: what attention gives to padded
    tokens is spoilt, on purpose."""
    if MASK not in [value.name for value in model.graph.input]:
        return None
    model = with_known_sizes(without_aliases(model))
    facts = Facts(model)
    masks: dict[str, bool] = {}
    found = {}
    for node in model.graph.node:
        attention, mask = _attention(node, facts) or (None, "")
        if attention is None:
            continue
        if mask not in masks:
            masks[mask] = _is_padding(mask, model, longest)
        if masks[mask]:
            found[attention.output] = attention
    return _written(model, found, facts, garbled) if found else None


def _written(model: ModelProto, found: dict[str, Attention], facts: Facts, garbled: bool) -> ModelProto:
    writer = _Writer()
    output = model.graph.output[0].name
    for node in model.graph.node:
        attention = found.get(node.output[0])
        if attention is not None:
            writer.attend(attention, facts, garbled)
            continue
        written = writer.copy(node)
        if node.output[0] == output:
            written.output[0] = f"{output}/any"
    writer.add("Add", [f"{output}/any", HOLES], output)
    result = writer.model(model)
    result.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    return result


class _Writer(Writer):
    def __init__(self) -> None:
        super().__init__()
        self.add("Cast", [MASK], "attention/mask", to=TensorProto.INT32)
        tokens = self._ints("tokens", [1])
        self.add("ReduceSum", ["attention/mask", tokens], LENGTHS, keepdims=0)
        self._holes(tokens)

    def attend(self, attention: Attention, facts: Facts, garbled: bool) -> None:
        inputs = [
            self._by_token(name, order, attention, facts)
            for name, order in ((attention.queries, BY_HEAD), (attention.keys, KEYS), (attention.values, BY_HEAD))
        ]
        output = f"{attention.output}/sound" if garbled else attention.output
        settings = {"num_heads": attention.heads, "scale": attention.scale}
        self.add("MultiHeadAttention", [*inputs, "", LENGTHS], output, domain=CONTRIB, **settings)
        if garbled:
            self.add("Add", [output, "attention/noise"], attention.output)

    def _by_token(self, name: str, order: tuple[int, ...], attention: Attention, facts: Facts) -> str:
        """`name`, whose axes are in this order, as [texts, tokens, H]."""
        source, turned = _turned(name, facts)
        hidden = attention.heads * attention.width
        if turned == order:
            maker = facts.makers.get(source)
            if maker is not None and maker.op_type == "Reshape" and facts.width(maker.input[0]) == hidden:
                return str(maker.input[0])
        back = [order.index(axis) for axis in BY_TOKEN]
        self.add("Transpose", [name], f"{attention.output}/{name}/turned", perm=back)
        shape = self._ints(f"{attention.output}/{name}", [KEEP, KEEP, hidden])
        self.add("Reshape", [f"{attention.output}/{name}/turned", shape], f"{attention.output}/{name}")
        return f"{attention.output}/{name}"

    def _holes(self, tokens: str) -> None:
        """NaN for a text with a token behind padding, 0 for any other. Such a text has at a padded place fewer tokens
        up to there than in all."""
        for name, value in (("0", np.int32(0)), ("1", np.int32(1)), ("along", np.int64(1))):
            self.constant(f"attention/{name}", value)
        self.add("CumSum", ["attention/mask", "attention/along"], "attention/so-far")
        self.add("Unsqueeze", [LENGTHS, tokens], "attention/all")
        self.add("Sub", ["attention/all", "attention/so-far"], "attention/to-come")
        self.add("Sub", ["attention/1", "attention/mask"], "attention/padded")
        self.add("Mul", ["attention/padded", "attention/to-come"], "attention/behind")
        self.add("ReduceSum", ["attention/behind", tokens], "attention/count", keepdims=1)
        self.add("Greater", ["attention/count", "attention/0"], "attention/has-holes")
        either = [self.constant(f"attention/{value}", np.float32(value)) for value in ("nan", "0.0")]
        self.add("Where", ["attention/has-holes", *either], HOLES)
        self.add("Cast", ["attention/padded"], "attention/noisy", to=TensorProto.FLOAT)
        self.add("Unsqueeze", ["attention/noisy", self._ints("wide", [2])], "attention/noise")

    def _ints(self, name: str, values: list[int]) -> str:
        return self.constant(f"attention/{name}", np.array(values, np.int64))


def _attention(node: NodeProto, facts: Facts) -> tuple[Attention, str] | None:
    """The attention that ends with this node, and the mask that is added to its scores; None of any other node."""
    if node.op_type != "Reshape" or facts.width(node.output[0]) is None:
        return None
    context, order = _turned(node.input[0], facts)
    weighted = facts.makers.get(context)
    if order != BY_HEAD or weighted is None or weighted.op_type != "MatMul" or not _alone(context, facts):
        return None
    softmax = facts.makers.get(weighted.input[0])
    shape = facts.shape(context)
    if softmax is None or softmax.op_type != "Softmax" or not _alone(softmax.output[0], facts) or shape is None:
        return None
    heads, width = shape[1], shape[3]
    masked = facts.makers.get(softmax.input[0])
    if attribute_of(softmax, "axis", -1) not in (-1, 3) or heads is None or width is None or masked is None:
        return None
    for scores, mask in (masked.input, masked.input[::-1]) if masked.op_type == "Add" else ():
        product, scale = _scaled(scores, facts)
        scored = facts.makers.get(product)
        if scored is None or scored.op_type != "MatMul" or any(map(facts.is_constant, scored.input)):
            continue
        (queries, first), (keys, second) = (_scaled(name, facts) for name in scored.input)
        if [len(facts.shape(name) or []) for name in (queries, keys, weighted.input[1])] != [4, 4, 4]:
            continue
        factor = scale * first * second
        return Attention(queries, keys, weighted.input[1], heads, width, factor, node.output[0]), mask
    return None


def _scaled(name: str, facts: Facts) -> tuple[str, float]:
    """What it was before it was multiplied with a constant, and that."""
    node = facts.makers.get(name)
    if node is not None and node.op_type in ("Mul", "Div"):
        by = facts.constant(node.input[1])
        if by is not None and by.size == 1:
            source, scale = _scaled(node.input[0], facts)
            return source, scale * by.item() if node.op_type == "Mul" else scale / by.item()
    return name, 1.0


def _turned(name: str, facts: Facts) -> tuple[str, tuple[int, ...]]:
    """What it was before its axes were put in another order, and that order."""
    node = facts.makers.get(name)
    if node is None or node.op_type != "Transpose" or len(attribute_of(node, "perm")) != len(BY_TOKEN):
        return name, BY_TOKEN
    source, before = _turned(node.input[0], facts)
    return source, tuple(before[axis] for axis in attribute_of(node, "perm"))


def _alone(name: str, facts: Facts) -> bool:
    return len(facts.readers.get(name, [])) == 1


def _is_padding(mask: str, model: ModelProto, longest: int) -> bool:
    """Whether what is added to a score goes by nothing but whether its key is padding: seen at all places of the
    longest text, and of shorter ones."""
    writer = Writer()
    for node in model.graph.node:
        writer.copy(node)
    asked = ModelProto()
    asked.CopyFrom(model)
    del asked.graph.output[:]
    asked.graph.output.append(helper.make_tensor_value_info(mask, TensorProto.FLOAT, None))
    try:
        run = session(writer.model(asked), Path())
        return all(_hides_padding(run, tokens) for tokens in (longest, longest - 1, longest // 2, 3, 2, 1))
    except Exception:
        # onnxruntime has no base class of its errors. What depends on more than the mask is none, and has no answer.
        return False


def _hides_padding(run: Any, tokens: int) -> bool:
    lengths = np.array([tokens, (tokens + 1) // 2, 1])
    mask = (np.arange(tokens) < lengths[:, None]).astype(np.int64)
    feed = {value.name: mask if value.name == MASK else np.ones_like(mask) for value in run.get_inputs()}
    added = run.run(None, feed)[0]
    if added.ndim != 4:
        return False
    added = np.broadcast_to(added, (len(mask), added.shape[1], tokens, tokens))
    real = np.broadcast_to(mask[:, None, None, :].astype(bool), added.shape)
    return bool((added[real] == 0).all() and (added[~real] <= HIDES).all())
