"""Promise: a classifier of any BERT-like family becomes an ONNX model that answers as the original does."""

import json
from pathlib import Path

import pytest

from conftest import Checkpoint, Export
from families import FAMILIES, LABELS, POSITIONS, edit_json


@pytest.mark.parametrize("family", FAMILIES)
def test_exports(family: str, checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    checkpoint(family, tmp_path / "sources" / "model")
    out = export()

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
    assert sorted(path.name for path in (out / "model").iterdir()) == ["model.json", "model.onnx", "tokenizer.json"]


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


def test_graph_has_the_opset_that_quality_json_names(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    import onnx

    checkpoint("bert", tmp_path / "sources" / "model")
    out = export()
    graph = onnx.load(out / "model" / "model.onnx")
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


def test_limit_of_512_tokens_although_the_model_has_more(export: Export, tmp_path: Path) -> None:
    folder = tmp_path / "sources" / "model"
    FAMILIES["bert"].make(folder, max_position_embeddings=600)
    edit_json(folder / "tokenizer_config.json", model_max_length=10**30)
    assert json.loads((export() / "model" / "model.json").read_text())["maxLength"] == 512
