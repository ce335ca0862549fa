"""What a server must answer to the texts of the proof, with the deployment's labels and options; and which of them it
can be asked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bert_tasks.proof import Proof, answered, read_proof, write_proof
from fitting import LOGITS, MULTI_LABEL, OF_MULTI_LABEL, Read, proof
from triton_repository.expected import Expected, read_expected, untold
from triton_repository.spec import Serving

FIRST = "мне страшно"


def expected(folder: Path, serving: Serving, of: Proof) -> Expected:
    write_proof(folder / "proof.json", of)
    return read_expected(folder / "proof.json", serving, "spec.json")


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = proof()
    write_proof(tmp_path / "proof.json", made)
    read = read_proof(tmp_path / "proof.json")
    assert read.logits.tolist() == made.logits.tolist()
    assert read._replace(logits=made.logits) == made


def test_labels_and_scores_without_options() -> None:
    assert [one["labels"] for one in proof().said] == [["distress"], ["distress"], ["neutral"]]
    several = proof("multiLabelClassification", "sigmoid").said
    assert [one["labels"] for one in several] == [["distress"], ["neutral", "distress"], ["neutral", "distress"]]
    assert several[0]["scores"] == pytest.approx([0.2497, 0.8808], abs=1e-4)


def test_one_label(read: Read, tmp_path: Path) -> None:
    got = expected(tmp_path, read(examples=[]), proof())
    assert [text.text for text in got.texts] == list(LOGITS)
    assert got.texts[0].answer == {"label": "distress", "score": pytest.approx(0.9569, abs=1e-4)}
    assert [text.is_sure for text in got.texts] == [True, True, False]
    assert [text.is_clear for text in got.texts] == [True, False, False]
    (asked,) = got.golden()["texts"]
    assert asked == {"text": FIRST, "answer": got.texts[0].answer}
    assert got.golden()["within"] == 0.02


def test_a_gate_that_allows_more_asks_less(read: Read, tmp_path: Path) -> None:
    serving = read(examples=[])
    got = expected(tmp_path, serving, proof()._replace(gate=1.6))
    assert got.golden() == {"within": 1.6, "texts": []}
    (warned,) = untold(got, serving)
    assert warned.path == ("examples",)
    assert not untold(got, read())
    assert not untold(expected(tmp_path, serving, proof()), serving)


def test_labels_of_the_deployment(read: Read, tmp_path: Path) -> None:
    got = expected(tmp_path, read(labels={"0": "ничего", "1": "тревога"}, examples=[]), proof())
    assert got.texts[0].answer["label"] == "тревога"


def test_labels_of_the_model_are_those_that_were_proven(read: Read, tmp_path: Path) -> None:
    swapped = read(model={"labels": ["distress", "neutral"]}, examples=[])
    assert expected(tmp_path, swapped, proof()).texts[0].answer["label"] == "distress"


@pytest.mark.parametrize(
    ("options", "label", "is_clear"),
    [
        ({}, '["distress"]', True),
        ({"threshold": 0.9}, "[]", False),
        ({"thresholds": {"distress": 0.5, "neutral": 0.2}}, '["neutral","distress"]', False),
        ({"thresholds": {"neutral": 0}}, '["neutral","distress"]', True),
    ],
)
def test_thresholds_of_the_deployment(
    options: dict[str, Any], label: str, is_clear: bool, read: Read, tmp_path: Path
) -> None:
    spec = {**MULTI_LABEL, "task": {"multiLabelClassification": {**options, "probabilities": True}}}
    made = proof("multiLabelClassification", "sigmoid")
    first = expected(tmp_path, read(model=OF_MULTI_LABEL, **spec), made).texts[0]
    assert first.answer["label"] == label
    assert first.answer["probabilities"] == first.answer["score"] == pytest.approx([0.2497, 0.8808], abs=1e-4)
    assert first.is_clear == is_clear


@pytest.mark.parametrize("activation", ["sigmoid", "none"])
def test_a_single_class_is_always_clear(activation: str, read: Read, tmp_path: Path) -> None:
    logits = np.array([[-0.7], [0.1], [4.0]], dtype=np.float32)
    task, labels = "textClassification", ["stars"]
    said = answered(task, activation, labels, logits)
    made = proof()._replace(activation=activation, labels=labels, logits=logits, said=said)
    got = expected(tmp_path, read(model={"labels": labels, "activation": activation}, examples=[]), made)
    assert [text.is_clear for text in got.texts] == [True, True, True]
    if activation == "none":
        assert [text.answer["score"] for text in got.texts] == pytest.approx([-0.7, 0.1, 4.0])


@pytest.mark.parametrize(
    ("spec", "left"),
    [
        ({"maxLength": 8}, ["hm", "a table"]),
        ({"maxLength": 9}, [FIRST, "hm", "a table"]),
        ({"limits": {"textBytes": 20, "requestBytes": 512}}, ["hm", "a table"]),
        ({"limits": {"textBytes": 512, "requestBytes": 6}}, ["hm"]),
    ],
)
def test_what_the_deployment_reads_otherwise_is_left_out(
    spec: dict[str, Any], left: list[str], read: Read, tmp_path: Path
) -> None:
    made = proof()
    made.ids[0] = list(range(9))
    limits = {"waitSeconds": 10, "waitingRequests": 9, "textBytes": 512, "requestBytes": 512, **spec.pop("limits", {})}
    got = expected(tmp_path, read(examples=[], limits=limits, **spec), made)
    assert [text.text for text in got.texts] == left
