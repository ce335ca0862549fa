"""Promise: a classifier of any BERT-like family becomes an ONNX model that answers as the original does."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bert_exporter import graph_files
from bert_exporter.texts import TEXTS
from conftest import Checkpoint, Export
from families import FAMILIES, LABELS, POSITIONS, edit_json


@pytest.mark.parametrize("family", FAMILIES)
def test_exports(family: str, exported: Callable[[str], Path]) -> None:
    from tokenizers import Tokenizer

    out = exported(family)
    facts = json.loads((out / "model" / "model.json").read_text())
    assert facts == {
        "inputs": FAMILIES[family].inputs,
        "labels": list(LABELS.values()),
        "maxLength": POSITIONS,
        "padTokenId": FAMILIES[family].pad,
        "task": "textClassification",
        "activation": "softmax",
        "source": {"model": "local", "tokenizer": "local"},
    }
    quality = json.loads((out / "quality.json").read_text())
    assert quality["maxLogitDifference"] <= quality["gate"]["maxLogitDifference"] == 1e-3
    assert quality["maxScoreDifference"] <= quality["maxLogitDifference"]
    assert quality["labelAgreement"] == 1.0
    tokenizer = Tokenizer.from_file(str(out / "model" / "tokenizer.json"))
    assert tokenizer.padding is None
    assert tokenizer.truncation is None
    assert sorted(path.name for path in (out / "model").iterdir()) == [
        "model.json",
        "model.onnx",
        "proof.json",
        "tokenizer.json",
    ]


def test_weights_too_large_for_one_file(
    checkpoint: Checkpoint, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Triton wants it: a folder model.onnx, with the graph and its weights in it."""
    import onnxruntime

    checkpoint("bert", tmp_path / "sources" / "model")
    whole = onnxruntime.InferenceSession(export() / "model" / "model.onnx")
    monkeypatch.setattr(graph_files, "_MOST", 1000)
    graph = export() / "model" / "model.onnx"
    assert sorted(file.name for file in graph.iterdir()) == ["model.onnx", "model.onnx.data"]
    feed = {tensor.name: np.ones((2, 5), np.int64) for tensor in whole.get_inputs()}
    split = onnxruntime.InferenceSession(graph / "model.onnx")
    assert np.array_equal(split.run(None, feed)[0], whole.run(None, feed)[0])
    monkeypatch.undo()
    assert (export() / "model" / "model.onnx").is_file()


@pytest.mark.parametrize(
    ("config", "task", "activation"),
    [
        ({"problem_type": "multi_label_classification"}, "multiLabelClassification", "sigmoid"),
        ({}, "multiLabelClassification", "sigmoid"),
        ({"id2label": {0: "score"}}, "textClassification", "sigmoid"),
        ({"id2label": {0: "stars"}, "problem_type": "regression"}, "textClassification", "none"),
        (
            {"id2label": {0: "no", 1: "yes"}, "problem_type": "single_label_classification"},
            "textClassification",
            "softmax",
        ),
    ],
)
def test_activation_follows_problem_and_task(
    config: dict[str, object], task: str, activation: str, export: Export, tmp_path: Path
) -> None:
    FAMILIES["bert"].make(tmp_path / "sources" / "model", **config)
    out = export(task=task)
    facts = json.loads((out / "model" / "model.json").read_text())
    assert (facts["task"], facts["activation"]) == (task, activation)
    assert json.loads((out / "quality.json").read_text())["labelAgreement"] == 1.0


def test_graph_has_the_opset_that_quality_json_names(exported: Callable[[str], Path]) -> None:
    import onnx

    out = exported("bert")
    graph = onnx.load(out / "model" / "model.onnx")
    # The oldest Triton releases that are served know none beyond 9.
    assert graph.ir_version == 8
    opset = next(entry.version for entry in graph.opset_import if entry.domain == "")
    assert opset == json.loads((out / "quality.json").read_text())["versions"]["opset"] == 18


@pytest.mark.parametrize(("tokenizers_limit", "shipped"), [(40, 40), (POSITIONS, POSITIONS), (512, POSITIONS)])
def test_the_smaller_limit_of_model_and_tokenizer(
    tokenizers_limit: int, shipped: int, checkpoint: Checkpoint, export: Export, tmp_path: Path
) -> None:
    """As transformers truncates: a model was fine-tuned on texts of its tokenizer's length."""
    folder = checkpoint("bert", tmp_path / "sources" / "model")
    edit_json(folder / "tokenizer_config.json", model_max_length=tokenizers_limit)
    assert json.loads((export() / "model" / "model.json").read_text())["maxLength"] == shipped


@pytest.mark.parametrize("family", ["bert", "roberta", "modernbert"])
def test_limit_of_a_model_that_takes_long_texts(family: str, export: Export, tmp_path: Path) -> None:
    """Its own: how much of it is served is the deployment's to say. What is compared goes beyond the usual 512."""
    folder = tmp_path / "sources" / "model"
    FAMILIES[family].make(folder, max_position_embeddings=1026)
    edit_json(folder / "tokenizer_config.json", model_max_length=10**30)
    out = export()
    limit = 1024 if family == "roberta" else 1026
    assert json.loads((out / "model" / "model.json").read_text())["maxLength"] == limit
    assert json.loads((out / "quality.json").read_text())["texts"] == len(TEXTS) + 3
