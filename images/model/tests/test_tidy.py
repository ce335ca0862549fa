"""Promise: an exported graph is in the form in which onnxruntime is quick, and holds nothing of where it was made."""

from collections.abc import Callable
from pathlib import Path

import onnx
import onnxruntime
import pytest

from families import FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_no_weights_are_transposed_in_a_run(family: str, exported: Callable[[str], Path]) -> None:
    graph = onnx.load(exported(family) / "model" / "model.onnx").graph
    weights = {value.name for value in graph.initializer}
    assert not [node.name for node in graph.node if node.op_type == "Transpose" and node.input[0] in weights]


@pytest.mark.parametrize("family", ["bert", "distilbert", "electra", "deberta-v2", "modernbert"])
def test_gelu_is_one_node_to_onnxruntime(family: str, exported: Callable[[str], Path], tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(exported(family) / "model" / "model.onnx", options, providers=["CPUExecutionProvider"])
    kinds = [node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node]
    assert "Erf" not in kinds
    assert kinds.count("Gelu") + kinds.count("BiasGelu") >= 2


def test_nothing_tells_where_it_was_made(exported: Callable[[str], Path]) -> None:
    file = exported("bert") / "model" / "model.onnx"
    model = onnx.load(file)
    described = [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer]
    assert not any(list(thing.metadata_props) or thing.doc_string for thing in described)
    assert b"transformers" not in file.read_bytes()
