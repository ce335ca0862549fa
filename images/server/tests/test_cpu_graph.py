"""What becomes of graphs that are no BERT. Real exports of every family are tried where they can be made:
images/model/tests/test_cpu_graph.py."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bert_batching.sessions import open_session
from build_faults import BuildFault
from cpu_graph.__main__ import write
from cpu_graph.gate import NotGoodEnough

WIDTH, IDS = 4, 128


def model(folder: Path, *nodes: Any, **weights: Any) -> Path:
    """Embeds input_ids as `embedded` [texts, tokens, 4]; `nodes` make logits [texts, 4] of it."""
    chance = np.random.default_rng(1)
    weights = {"table": chance.normal(size=(IDS, WIDTH)), "square": chance.normal(size=(WIDTH, WIDTH)), **weights}
    ids, mask = (
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask")
    )
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", WIDTH])
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["embedded"]), *nodes],
        "test",
        [ids, mask],
        [logits],
        [numpy_helper.from_array(np.asarray(value, _type(value)), name) for name, value in weights.items()],
    )
    folder.mkdir(parents=True)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "model.onnx"
    )
    (folder / "model.json").write_text(json.dumps({"maxLength": 32}), encoding="utf-8")
    return folder


def _type(value: Any) -> type:
    return np.int64 if np.asarray(value).dtype == np.int64 else np.float32


def first_token(of: str) -> Any:
    return helper.make_node("Gather", [of, "first"], ["logits"], axis=1)


def test_a_graph_that_reads_its_padding_is_served_as_exported(tmp_path: Path) -> None:
    source = model(
        tmp_path / "model",
        helper.make_node("MatMul", ["embedded", "square"], ["hidden"]),
        helper.make_node("Softmax", ["hidden"], ["mixed"], axis=1),
        helper.make_node("MatMul", ["mixed", "square"], ["projected"]),
        first_token("projected"),
        first=np.int64(0),
    )
    facts = write(source, tmp_path)
    assert facts["padding"] == "as exported"
    assert facts["moved"] > 1e-2
    assert (tmp_path / "model.onnx").read_bytes() == (source / "model.onnx").read_bytes()


def test_only_the_first_tokens_are_computed_where_nothing_mixes_them(tmp_path: Path) -> None:
    source = model(
        tmp_path / "model",
        helper.make_node("MatMul", ["embedded", "square"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        first_token("active"),
        first=np.int64(0),
    )
    assert write(source, tmp_path)["padding"] == "none"
    written = onnx.load(tmp_path / "model.onnx")
    (product,) = [node for node in written.graph.node if node.op_type == "MatMul"]
    assert product.input[0] == "embedded/first"


@pytest.mark.parametrize(("mixing", "padding"), [("Relu", "none"), ("Softmax", "as exported")])
def test_weights_in_a_file_of_their_own_stay_there(mixing: str, padding: str, tmp_path: Path) -> None:
    """As of a model of more than 2 GiB."""
    along = {"axis": 1} if mixing == "Softmax" else {}
    source = model(
        tmp_path / "model",
        helper.make_node("MatMul", ["embedded", "square"], ["hidden"]),
        helper.make_node(mixing, ["hidden"], ["mixed"], **along),
        helper.make_node("MatMul", ["mixed", "square"], ["projected"]),
        first_token("projected"),
        first=np.int64(0),
    )
    (tmp_path / "whole").mkdir()
    write(source, tmp_path / "whole")
    given = _split(source / "model.onnx")
    assert write(source, tmp_path)["padding"] == padding
    weights, graph = (tmp_path / "model.onnx" / name for name in (WEIGHTS, "model.onnx"))
    assert weights.read_bytes() == (given / WEIGHTS).read_bytes()
    assert (graph.read_bytes() == (given / "model.onnx").read_bytes()) == (padding == "as exported")
    feed = {name: np.ones((2, 3), np.int64) for name in ("input_ids", "attention_mask")}
    whole, split = (
        open_session(str(path / "model.onnx"), 1).run(None, feed)[0] for path in (tmp_path / "whole", tmp_path)
    )
    assert np.array_equal(whole, split)
    with pytest.raises(NotGoodEnough, match="less than 2 GiB; set it to fp32"):
        write(source, tmp_path, "int8")


WEIGHTS = "model.onnx.data"


def _split(file: Path) -> Path:
    """The graph as a folder, with the weights in a file of their own."""
    graph = onnx.load(file)
    file.unlink()
    file.mkdir()
    onnx.save(graph, file / "model.onnx", save_as_external_data=True, location=WEIGHTS, size_threshold=64)
    return file


def test_int8_is_not_tried_on_a_cpu_that_overflows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = model(
        tmp_path / "model",
        helper.make_node("MatMul", ["embedded", "square"], ["projected"]),
        first_token("projected"),
        first=np.int64(0),
    )
    monkeypatch.setattr("cpu_graph.__main__.has_vnni", lambda: False)
    with pytest.raises(BuildFault, match=r"lacks VNNI, .* set precision to fp32"):
        write(source, tmp_path, "int8")


def test_a_graph_without_products_is_served_as_exported(tmp_path: Path) -> None:
    source = model(tmp_path / "model", first_token("embedded"), first=np.int64(0))
    assert write(source, tmp_path) == {"precision": "fp32", "padding": "as exported", "moved": None}
    assert (tmp_path / "model.onnx").read_bytes() == (source / "model.onnx").read_bytes()
    assert json.loads((tmp_path / "graph.json").read_text())["padding"] == "as exported"
    with pytest.raises(NotGoodEnough, match="set it to fp32"):
        write(source, tmp_path, "int8")
