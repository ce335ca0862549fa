"""What a GPU's graph is made of: attention as one node where that is all it is, numbers in fp16 that stay numbers. On a
BERT written by hand, in the form of torch's exporter; real exports of every family are tried where they can be made:
images/model/tests/test_gpu_graph.py."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from cpu_graph.check import TOLERANCE, difference, opened, session
from cpu_graph.gate import NotGoodEnough
from gpu_graph.__main__ import WEIGHTS, write
from gpu_graph.attention import with_fused_attention
from gpu_graph.half import MOST, with_fp16, with_scale_first
from gpu_graph.rounding import as_rounded

HEADS, WIDTH, IDS, LONGEST, CLASSES = 2, 8, 128, 64, 3
HIDDEN = HEADS * WIDTH
LOWEST = float(np.finfo(np.float32).min)
# Of the largest logit.
ROUNDING = 0.02
# Of fp16.
END = 65504


class Bert:
    """Two layers. `hides`: what is added to scores of padding. `window`: tokens on either side that attention sees, or
    all. `position`: whether scores have one by their places, too. `large`: what the queries are multiplied with.
    `detour`: what all tokens are multiplied with twice, and divided by again. `spelled_out`: what they are multiplied
    with before a norm of many nodes. `places`: where in a table their place begins, which is computed in floats."""

    def __init__(
        self,
        hides: float = LOWEST,
        window: int = 0,
        position: bool = False,
        large: float = 1,
        detour: float = 0,
        spelled_out: float = 0,
        places: int = 0,
    ) -> None:
        self._chance = np.random.default_rng(3)
        self._nodes: list[Any] = []
        self._weights: dict[str, Any] = {}
        self._window, self._position, self._large = window, position, large
        self._mask(hides)
        self._add("Gather", [self._normal("words", IDS, HIDDEN, scale=1), "input_ids"], "embedded")
        self._norm(self._placed("embedded", places) if places else "embedded", "layer0")
        for layer in range(2):
            self._layer(f"layer{layer}", f"layer{layer + 1}")
        last = "layer2"
        for turn, kind in enumerate(("Mul", "Mul", "Div", "Div") if detour else ()):
            last = self._add(kind, [last, self._constant("detour", np.float32(detour))], f"detour{turn}")
        last = self._spelled_out(last, spelled_out) if spelled_out else last
        self._add("Gather", [last, self._constant("first", np.int64(0))], "taken", axis=1)
        self._add("MatMul", ["taken", self._normal("classes", HIDDEN, CLASSES)], "logits")

    def model(self) -> onnx.ModelProto:
        sizes = ["texts", "tokens"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, sizes) for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", CLASSES])
        weights = [numpy_helper.from_array(np.asarray(value), name) for name, value in self._weights.items()]
        graph = helper.make_graph(self._nodes, "bert", inputs, [output], weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)

    def _add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, value: Any) -> str:
        self._weights[name] = value
        return name

    def _normal(self, name: str, *shape: int, scale: float = 0.4) -> str:
        return self._constant(name, self._chance.normal(size=shape, scale=scale).astype(np.float32))

    def _norm(self, of: str, output: str) -> None:
        one = self._constant("one", np.ones(HIDDEN, np.float32))
        self._add("LayerNormalization", [of, one], output, axis=-1, epsilon=1e-12)

    def _placed(self, of: str, begin: int) -> str:
        numbers = (("from", 0), ("to", LONGEST), ("along", 1))
        places = self._add("Range", [self._constant(name, np.int64(value)) for name, value in numbers], "places")
        floats = self._add("Cast", [places], "floats", to=TensorProto.FLOAT)
        halved = self._add("Mul", [floats, self._constant("half", np.float32(0.5))], "halved")
        shifted = self._add("Add", [halved, self._constant("begin", np.float32(begin / 2))], "shifted")
        doubled = self._add("Mul", [shifted, self._constant("two", np.float32(2))], "doubled")
        table = self._add("Cast", [doubled], "rows", to=TensorProto.INT64)
        every = self._add("Gather", [self._normal("table", begin + LONGEST, HIDDEN, scale=1), table], "every")
        size = self._add("Shape", ["input_ids"], "tokens", start=1)
        bounds = [self._constant("begins", np.array([0])), size]
        return self._add("Add", [of, self._add("Slice", [every, *bounds], "placed")], "with places")

    def _spelled_out(self, of: str, large: float) -> str:
        axis = self._constant("last axis", np.array([-1]))
        size = self._add("Mul", [of, self._constant("large", np.float32(large))], "enlarged")
        off = self._add("Sub", [size, self._add("ReduceMean", [size, axis], "mean")], "off")
        squares = self._add("Pow", [off, self._constant("power", np.float32(2))], "squares")
        spread = self._add("Add", [self._add("ReduceMean", [squares, axis], "spread"), self._epsilon()], "spread up")
        return self._add("Div", [off, self._add("Sqrt", [spread], "root")], "normal")

    def _epsilon(self) -> str:
        return self._constant("epsilon", np.float32(1e-12))

    def _mask(self, hides: float) -> None:
        self._add("Cast", ["attention_mask"], "real", to=TensorProto.BOOL)
        self._add("Unsqueeze", ["real", self._constant("middle", np.array([1, 2]))], "seen")
        seen = "seen"
        if self._window:
            places = np.arange(LONGEST)
            near = np.abs(places[:, None] - places) <= self._window
            self._add("Shape", ["attention_mask"], "size", start=1)
            self._add("Concat", ["size", "size"], "sizes", axis=0)
            starts = [self._constant("noughts", np.array([0, 0]))]
            self._add("Slice", [self._constant("near", near), *starts, "sizes"], "window")
            seen = self._add("And", ["seen", "window"], "seen near by")
        either = [self._constant("nought", np.float32(0)), self._constant("hides", np.float32(hides))]
        self._add("Where", [seen, *either], "mask")

    def _linear(self, of: str, name: str, width: int = HIDDEN, scale: float = 0.4) -> str:
        rows = next(len(value) for key, value in self._weights.items() if key == "one") if "wide" not in of else 32
        self._add("MatMul", [of, self._normal(f"{name}.weights", rows, width, scale=scale)], f"{name}.product")
        return self._add("Add", [f"{name}.product", self._normal(f"{name}.bias", width)], name)

    def _layer(self, of: str, output: str) -> None:
        heads = self._constant("heads", np.array([0, 0, HEADS, WIDTH]))
        for role, perm in (("queries", [0, 2, 1, 3]), ("keys", [0, 2, 3, 1]), ("values", [0, 2, 1, 3])):
            size = 0.4 * self._large if role == "queries" else 0.4
            self._add("Reshape", [self._linear(of, f"{output}.{role}", scale=size), heads], f"{output}.{role}.heads")
            self._add("Transpose", [f"{output}.{role}.heads"], f"{output}.{role}.turned", perm=perm)
        self._add("MatMul", [f"{output}.queries.turned", f"{output}.keys.turned"], f"{output}.raw")
        scale = self._constant("scale", np.float32(WIDTH**-0.5))
        scores = self._add("Mul", [f"{output}.raw", scale], f"{output}.scaled")
        if self._position:
            bias = self._constant("bias", self._chance.normal(size=(1, HEADS, 1, 1)).astype(np.float32))
            scores = self._add("Add", [scores, bias], f"{output}.placed")
        self._add("Add", [scores, "mask"], f"{output}.scores")
        self._add("Softmax", [f"{output}.scores"], f"{output}.shares", axis=-1)
        self._add("MatMul", [f"{output}.shares", f"{output}.values.turned"], f"{output}.mixed")
        self._add("Transpose", [f"{output}.mixed"], f"{output}.back", perm=[0, 2, 1, 3])
        joined = self._constant("joined", np.array([0, 0, HIDDEN]))
        self._add("Reshape", [f"{output}.back", joined], f"{output}.context")
        self._add("Add", [self._linear(f"{output}.context", f"{output}.out"), of], f"{output}.sum")
        self._norm(f"{output}.sum", f"{output}.attended")
        wide = self._linear(f"{output}.attended", f"{output}.wide", 32)
        self._add("Relu", [wide], f"{output}.wide.active")
        narrow = self._linear(f"{output}.wide.active", f"{output}.narrow")
        self._add("Add", [narrow, f"{output}.attended"], f"{output}.all")
        self._norm(f"{output}.all", output)


def kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def run(model: onnx.ModelProto, ids: Any, mask: Any) -> Any:
    return session(model, Path()).run(None, {"input_ids": np.asarray(ids), "attention_mask": np.asarray(mask)})[0]


def inside(model: onnx.ModelProto, name: str, ids: Any, mask: Any) -> Any:
    """What a tensor is within the graph."""
    asked = onnx.ModelProto()
    asked.CopyFrom(model)
    asked.graph.output[0].CopyFrom(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return run(asked, ids, mask)


def test_attention_becomes_one_node_that_answers_alike() -> None:
    exported = Bert().model()
    fused = with_fused_attention(exported, LONGEST)
    assert fused is not None
    onnx.checker.check_model(fused)
    assert kinds(fused).count("MultiHeadAttention") == 2
    assert not {"Softmax", "Transpose", "Reshape"}.intersection(kinds(fused))
    assert difference(exported, fused, Path(), LONGEST) <= TOLERANCE


def test_no_logit_depends_on_what_attention_gives_to_padding() -> None:
    exported = Bert().model()
    garbled = with_fused_attention(exported, LONGEST, garbled=True)
    assert garbled is not None
    assert difference(exported, garbled, Path(), LONGEST) <= TOLERANCE


@pytest.mark.parametrize(
    "other", [Bert(window=40), Bert(position=True), Bert(hides=-1.0)], ids=["a window", "relative positions", "a hint"]
)
def test_attention_with_more_than_padding_stays(other: Bert) -> None:
    """A window of 40 tokens shows in no text of the check's 48 that is short enough: the mask itself is looked at."""
    assert with_fused_attention(other.model(), LONGEST) is None


def test_a_mask_with_holes_is_answered_with_no_number() -> None:
    fused = with_fused_attention(Bert().model(), LONGEST)
    assert fused is not None
    masks = [[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1]]
    logits = run(fused, np.full((4, 4), 7), masks)
    assert np.isnan(logits).all(axis=1).tolist() == [False, False, True, True]
    assert np.isfinite(logits[:2]).all()


@pytest.mark.parametrize("fuse", [False, True])
@pytest.mark.parametrize("hides", [LOWEST, -np.inf])
def test_fp16_answers_about_alike_and_keeps_what_comes_and_goes(fuse: bool, hides: float) -> None:
    exported = Bert(hides).model()
    graph = with_fused_attention(exported, LONGEST) if fuse else exported
    assert graph is not None
    half = with_fp16(graph)
    onnx.checker.check_model(half)
    assert [value.type.tensor_type.elem_type for value in half.graph.output] == [TensorProto.FLOAT]
    assert {value.data_type for value in half.graph.initializer} <= {
        TensorProto.FLOAT16,
        TensorProto.INT64,
        TensorProto.INT32,
    }
    assert 0 < difference(exported, as_rounded(half), Path(), LONGEST) < ROUNDING
    # The graph that is shipped runs on a CPU too, as the build's own server does.
    assert difference(exported, half, Path(), LONGEST) < ROUNDING


def test_a_row_that_sees_nothing_spoils_no_other() -> None:
    """Behind its end a text sees nothing within a window: a row of -inf would be NaN in fp16, and so all behind it."""
    exported = Bert(window=2, large=60).model()
    mask = (np.arange(40) < np.array([[40], [3]])).astype(np.int64)
    # The same token everywhere, so that all scores of a row are as low.
    ids = np.zeros_like(mask)
    assert inside(exported, "layer1.scaled", ids, mask).max() < -16
    rounded = run(as_rounded(with_fp16(exported)), ids, mask)
    np.testing.assert_allclose(rounded, run(exported, ids, mask), atol=ROUNDING)


def test_products_are_scaled_before_they_overflow() -> None:
    exported = Bert(large=5000).model()
    text = [[5, 6, 7, 8, 9, 10]], [[1] * 6]
    raw, scaled = (inside(exported, f"layer1.{name}", *text).max() for name in ("raw", "scaled"))
    assert raw > END > 1.5 * scaled
    assert difference(exported, with_scale_first(exported), Path(), LONGEST) <= TOLERANCE
    assert np.isfinite(run(as_rounded(with_fp16(exported)), *text)).all()


def test_what_overflows_on_a_gpu_is_seen() -> None:
    """A CPU's own run of the graph takes the detour in fp32, and would say that all is well."""
    exported = Bert(detour=1000).model()
    text = [[9, 8, 7]], [[1, 1, 1]]
    half = with_fp16(exported)
    np.testing.assert_allclose(run(half, *text), run(exported, *text), rtol=ROUNDING, atol=ROUNDING)
    assert not np.isfinite(run(as_rounded(half), *text)).all()


def test_no_constant_is_near_the_end_of_fp16() -> None:
    half = with_fp16(Bert(-np.inf).model())
    values = (numpy_helper.to_array(value) for value in half.graph.initializer)
    assert max(float(np.abs(value).max()) for value in values if value.dtype == np.float16) == MOST


def test_a_norm_that_is_spelled_out_takes_large_numbers() -> None:
    """Squares of 1000 are too large for fp16, and the epsilon is too small."""
    bert = Bert(spelled_out=1000)
    exported, text = bert.model(), ([[9, 8, 7]], [[1, 1, 1]])
    rounded = run(as_rounded(with_fp16(exported)), *text)
    np.testing.assert_allclose(rounded, run(exported, *text), rtol=ROUNDING, atol=ROUNDING)


def test_numbers_that_become_places_in_a_table_are_exact() -> None:
    """Above 2048 fp16 has every second integer only."""
    exported, text = Bert(places=3000).model(), ([[9, 8, 7, 6]], [[1, 1, 1, 1]])
    rounded = run(as_rounded(with_fp16(exported)), *text)
    np.testing.assert_allclose(rounded, run(exported, *text), rtol=ROUNDING, atol=ROUNDING)


def folder(path: Path, model: onnx.ModelProto, split: bool = False) -> Path:
    """As the exporter writes it. `split`: as of a model of more than 2 GiB."""
    words = {"[PAD]": 0, "[UNK]": 1, **{f"word{place}": place for place in range(2, IDS)}}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    facts = {
        "inputs": ["input_ids", "attention_mask"],
        "labels": [f"label{place}" for place in range(CLASSES)],
        "maxLength": LONGEST,
        "padTokenId": 0,
        "task": "textClassification",
        "activation": "softmax",
    }
    path.mkdir()
    tokenizer.save(str(path / "tokenizer.json"))
    (path / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    graph = path / "model.onnx"
    if split:
        graph.mkdir()
        onnx.save(model, graph / "model.onnx", save_as_external_data=True, location=WEIGHTS, size_threshold=128)
    else:
        onnx.save(model, graph)
    return path


TEXTS = [" ".join(f"word{(5 * text + place) % IDS}" for place in range(3 + text % 9)) for text in range(60)]


@pytest.mark.parametrize("split", [False, True])
def test_fp16_is_held_against_fp32(split: bool, tmp_path: Path) -> None:
    source = folder(tmp_path / "model", Bert().model(), split)
    facts = write(source, tmp_path, "fp16", 0.9, TEXTS)
    assert facts["attention"] == "fused"
    assert facts["agreement"] >= 0.9
    assert 0 < facts["scores"] < ROUNDING
    assert json.loads((tmp_path / "graph.json").read_text()) == facts
    # Half of the weights' bytes; and one file, however the exported one is kept.
    assert (tmp_path / "model.onnx").stat().st_size < 0.8 * Bert().model().ByteSize()
    with pytest.raises(NotGoodEnough, match=r"in fp16 the model gives .*% of 60 texts the labels .* less than 1.01"):
        write(source, tmp_path, "fp16", 1.01, TEXTS)


def test_fp16_that_overflows_is_refused(tmp_path: Path) -> None:
    source = folder(tmp_path / "model", Bert(detour=1000).model())
    with pytest.raises(NotGoodEnough, match="numbers of this model overflow, and a logit is none; set it to fp32"):
        write(source, tmp_path, "fp16", 0, TEXTS)


def test_texts_of_one_label_prove_fp16_by_their_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder(tmp_path / "model", Bert().model())
    assert write(source, tmp_path, "fp16", 0.99, ["word9 word8"] * 3)["agreement"] == 1
    monkeypatch.setattr("gpu_graph.__main__.SCORES", 0)
    with pytest.raises(NotGoodEnough, match=r"100\.00% of 3 texts the same labels, and in fp16 scores move by"):
        write(source, tmp_path, "fp16", 0.99, ["word9 word8"] * 3)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(("other", "attention"), [({}, "fused"), ({"position": True}, "as exported")])
def test_fp32_is_the_fused_graph_or_the_exported_one(
    split: bool, other: dict[str, Any], attention: str, tmp_path: Path
) -> None:
    source = folder(tmp_path / "model", Bert(**other).model(), split)
    assert write(source, tmp_path)["attention"] == attention
    before, after = (path / "model.onnx" / ("model.onnx" if split else ".") for path in (source, tmp_path))
    assert (before.read_bytes() == after.read_bytes()) == (attention == "as exported")
    feed = {"input_ids": np.full((2, 5), 9), "attention_mask": np.ones((2, 5), np.int64)}
    one, two = (opened(file).run(None, feed)[0] for file in (before, after))
    np.testing.assert_allclose(one, two, atol=1e-4)
