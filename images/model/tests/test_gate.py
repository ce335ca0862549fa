"""Promise: an export that is not the original is never shipped. Names, axes, shapes and values are each broken once."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from bert_exporter.errors import ExportError, GraphError, ParityError
from bert_exporter.export import export_onnx
from bert_exporter.model import Original, load_model
from bert_exporter.pipeline import verify
from bert_exporter.tokenizer import Tokenizers, load_tokenizers
from conftest import Checkpoint, Export
from families import POSITIONS, save_model, wordpiece

Break = Callable[[Any], None]


@pytest.fixture(scope="module")
def exported(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Original, Tokenizers]:
    """A sound export; each test breaks a copy."""
    folder = checkpoint("bert", tmp_path_factory.mktemp("gate") / "model")
    original = load_model(folder, "model")
    tokenizers = load_tokenizers(folder, "tokenizer", original.model.config)
    return export_onnx(original, "model", tmp_path_factory.mktemp("onnx")), original, tokenizers


def _scale_classifier(graph: Any) -> None:
    weights = next(tensor for tensor in graph.initializer if tensor.name == "classifier.weight")
    weights.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weights) * np.float32(1.02), weights.name))


def _nan_in_bias(graph: Any) -> None:
    bias = next(tensor for tensor in graph.initializer if tensor.name == "classifier.bias")
    bias.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) * np.float32("nan"), bias.name))


def _lower_bias(graph: Any) -> None:
    bias = next(tensor for tensor in graph.initializer if tensor.name == "classifier.bias")
    lowered = onnx.numpy_helper.to_array(bias) - np.float32(2000)
    bias.CopyFrom(onnx.numpy_helper.from_array(lowered, bias.name))


def _rename_input(graph: Any) -> None:
    graph.input[0].name = "tokens"
    for node in graph.node:
        node.input[:] = ["tokens" if name == "input_ids" else name for name in node.input]


def _rename_output(graph: Any) -> None:
    for node in graph.node:
        node.output[:] = ["scores" if name == "logits" else name for name in node.output]
    graph.output[0].name = "scores"


def _fix_batch(graph: Any) -> None:
    for tensor in graph.input:
        tensor.type.tensor_type.shape.dim[0].dim_value = 1


@pytest.mark.parametrize(
    ("broken", "error", "message"),
    [
        (_scale_classifier, ParityError, r"differ .* more than qualityGate\.maxLogitDifference = 0\.001"),
        (_nan_in_bias, ParityError, "nan"),
        (_rename_input, GraphError, "the graph's inputs are tokens"),
        (_rename_output, GraphError, "the graph's outputs are scores"),
        (_fix_batch, GraphError, r"input_ids is tensor\(int64\) with the axes \[1, "),
    ],
)
def test_broken_export_is_refused(
    broken: Break,
    error: type[ExportError],
    message: str,
    exported: tuple[Path, Original, Tokenizers],
    tmp_path: Path,
) -> None:
    file, original, tokenizers = exported
    model = onnx.load(file)
    broken(model.graph)
    onnx.save(model, tmp_path / "broken.onnx")
    with pytest.raises(error, match=message):
        verify(tmp_path / "broken.onnx", original, tokenizers, 0, POSITIONS, "model", gate=1e-3)


def test_sound_export_passes(exported: tuple[Path, Original, Tokenizers]) -> None:
    file, original, tokenizers = exported
    figures, inputs = verify(file, original, tokenizers, 0, POSITIONS, "model", gate=1e-3)
    assert figures.label_agreement == 1.0
    assert inputs == ["input_ids", "attention_mask", "token_type_ids"]


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_the_decision_that_is_compared_is_the_tasks(
    activation: str, exported: tuple[Path, Original, Tokenizers], tmp_path: Path
) -> None:
    """A bias that is moved for all classes alike changes no best class, but which classes are on."""
    file, original, tokenizers = exported
    task = "textClassification" if activation == "softmax" else "multiLabelClassification"
    asked = dataclasses.replace(original, task=task, activation=activation)
    model = onnx.load(file)
    _lower_bias(model.graph)
    onnx.save(model, tmp_path / "lowered.onnx")
    figures, _ = verify(tmp_path / "lowered.onnx", asked, tokenizers, 0, POSITIONS, "model", gate=1e6)
    assert figures.max_logit_difference > 1e3
    if activation == "softmax":
        assert figures.label_agreement == 1.0
        # The sum of the exponentials is the same but for rounding: these logits have three digits left.
        assert figures.max_score_difference < 0.1
    else:
        assert figures.label_agreement < 1.0
        assert figures.max_score_difference > 0.5


def test_the_gate_is_the_one_asked_for(exported: tuple[Path, Original, Tokenizers], tmp_path: Path) -> None:
    file, original, tokenizers = exported
    model = onnx.load(file)
    _scale_classifier(model.graph)
    onnx.save(model, tmp_path / "scaled.onnx")
    figures, _ = verify(tmp_path / "scaled.onnx", original, tokenizers, 0, POSITIONS, "model", gate=100.0)
    assert figures.max_logit_difference > 1e-3


def test_answers_that_depend_on_the_batch_are_refused(export: Export, tmp_path: Path) -> None:
    """ConvBERT's convolutions read padding, so a text's score would move with the length of its neighbours."""
    folder = tmp_path / "sources" / "model"
    size = {"vocab_size": len(wordpiece(folder)), "embedding_size": 32, "head_ratio": 1, "pad_token_id": 0}
    save_model(folder, "ConvBert", **size)
    with pytest.raises(ParityError, match="the model reads its padding"):
        export()
    export(qualityGate={"maxLogitDifference": 100})
