"""Promise: the proof says what the original answers, by transformers' own tokenizer and model, as each task decides."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bert_exporter.texts import PROOF_TEXTS
from bert_tasks.proof import FILE
from conftest import Checkpoint, Export
from families import POSITIONS, edit_json, save_model, wordpiece


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def sigmoid(logits: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-logits)))


def of_the_original(folder: Path) -> tuple[list[list[int]], NDArray[Any]]:
    """Token ids and logits of the built-in texts."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    encoded = [tokenizer(text, truncation=True, max_length=POSITIONS) for text in PROOF_TEXTS]
    ids = [list(text["input_ids"]) for text in encoded]
    with torch.inference_mode():
        logits = [model(**text.convert_to_tensors("pt", prepend_batch_axis=True)).logits for text in encoded]
    return ids, torch.cat(logits).numpy()


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_one_label_of_several(family: str, checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    folder = checkpoint(family, tmp_path / "sources" / "model")
    proof = json.loads((export() / "model" / FILE).read_text(encoding="utf-8"))
    ids, logits = of_the_original(folder)
    assert [text["text"] for text in proof["texts"]] == list(PROOF_TEXTS)
    assert [text["ids"] for text in proof["texts"]] == ids
    assert max(map(len, ids)) == POSITIONS
    np.testing.assert_allclose([text["logits"] for text in proof["texts"]], logits, atol=1e-5)
    np.testing.assert_allclose([text["scores"] for text in proof["texts"]], softmax(logits), atol=1e-5)
    labels = ["negative", "neutral", "positive"]
    assert [text["labels"] for text in proof["texts"]] == [[labels[best]] for best in logits.argmax(axis=1)]
    assert (proof["labels"], proof["task"], proof["activation"]) == (labels, "textClassification", "softmax")
    assert proof["gate"] == {"maxLogitDifference": 1e-3}


def test_several_labels(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "sources" / "model")
    edit_json(folder / "config.json", problem_type="multi_label_classification")
    out = export(task="multiLabelClassification", qualityGate={"maxLogitDifference": 0.01})
    proof = json.loads((out / "model" / FILE).read_text(encoding="utf-8"))
    _, logits = of_the_original(folder)
    on = [[label for label, logit in zip(proof["labels"], row, strict=True) if logit >= 0] for row in logits]
    assert [text["labels"] for text in proof["texts"]] == on
    assert any(0 < len(labels) < len(proof["labels"]) for labels in on)
    np.testing.assert_allclose([text["scores"] for text in proof["texts"]], sigmoid(logits), atol=1e-5)
    assert proof["gate"] == {"maxLogitDifference": 0.01}


def test_regression(export: Export, tmp_path: Path) -> None:
    folder = tmp_path / "sources" / "model"
    stars: dict[str, Any] = {"id2label": {0: "stars"}, "num_labels": 1, "problem_type": "regression"}
    save_model(folder, "Bert", vocab_size=len(wordpiece(folder)), **stars)
    proof = json.loads((export() / "model" / FILE).read_text(encoding="utf-8"))
    _, logits = of_the_original(folder)
    assert proof["activation"] == "none"
    assert {tuple(text["labels"]) for text in proof["texts"]} == {("stars",)}
    np.testing.assert_allclose([text["scores"] for text in proof["texts"]], logits, atol=1e-5)


def test_no_chance_has_a_part_in_it(checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    checkpoint("bert", tmp_path / "sources" / "model")
    first, second = (export() / "model" / FILE).read_bytes(), (export() / "model" / FILE).read_bytes()
    assert first == second
