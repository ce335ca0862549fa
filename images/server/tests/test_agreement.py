"""The int8 gate compares what the model's task decides, at the thresholds of the deployment."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from cpu_graph.agreement import agreement

# The logits of a text of one word: two classes, of which the third word has both.
LOGITS = {"a": [2, -2], "b": [-2, 2], "c": [1, 1]}
TEXTS = list(LOGITS)


def graph(lower: float) -> onnx.ModelProto:
    """Gives each text the logits of its first word, all lower by so much."""
    ids, mask = (
        helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "t"]) for n in ("input_ids", "attention_mask")
    )
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("Gather", ["words", "first"], ["logits"], axis=1),
    ]
    table = np.array([[0, 0], *LOGITS.values()], dtype=np.float32) - np.float32(lower)
    weights = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array(0), "first")]
    made = helper.make_graph(nodes, "test", [ids, mask], [logits], weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, "b": 2, "c": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def agreed(folder: Path, task: str, **decision: Any) -> tuple[float, float]:
    facts = {"inputs": ["input_ids", "attention_mask"], "labels": ["p", "q"], "maxLength": 8, "padTokenId": 0}
    activation = "softmax" if task == "textClassification" else "sigmoid"
    (folder / "model.json").write_text(json.dumps({**facts, "task": task, "activation": activation}), encoding="utf-8")
    return agreement(graph(0), graph(1.5), folder, TEXTS, decision)


def test_the_best_class_stays_where_all_classes_get_less(folder: Path) -> None:
    assert agreed(folder, "textClassification") == pytest.approx((1, 2 / 3))


def test_which_classes_are_on_does_not(folder: Path) -> None:
    assert agreed(folder, "multiLabelClassification") == pytest.approx((2 / 3, 1 / 3))


def test_at_the_thresholds_of_the_deployment_and_by_its_labels(folder: Path) -> None:
    assert agreed(folder, "multiLabelClassification", options={"threshold": 0.99}) == (1.0, 1.0)
    by_label = {"threshold": 0.5, "thresholds": {"x": 0.3, "y": 0.3}}
    assert agreed(folder, "multiLabelClassification", options=by_label, labels=["x", "y"])[0] == 1.0
    assert agreed(folder, "multiLabelClassification", options=by_label)[0] == pytest.approx(2 / 3)
