"""What the served model must answer to the texts of its proof, with the labels and options of the deployment. In:
proof.json, Serving. Out: Expected, as golden_probe.py asks it of a pod, and `replay` of the image that is being built.

What a text can't tell is left out: one of which the deployment reads less than the original did, or that its limits
refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import bert_tasks
from bert_tasks.proof import Proof, answered, read_proof
from bert_tasks.scores import FloatArray, scores_of
from triton_repository.contract import Contract
from triton_repository.errors import InvalidInput, Problem, Warned
from triton_repository.spec import Serving

# What a pod is held to: texts whose decision stays where a logit moves by so much, and their scores, within so much of
# 1. A GPU multiplies in TF32, and another CPU adds in another order.
LEAD, SCORE = 1.0, 0.02
# Of scores, between what two versions of numpy make of the same logits.
NOISE = 1e-5


@dataclass(frozen=True)
class Text:
    """`answer`: by what the task calls its outputs. `is_sure`: whether its labels stay where logits move by as much as
    the gate allows. `is_clear`: whether a pod is asked it."""

    text: str
    ids: list[int]
    logits: list[float]
    answer: dict[str, Any]
    is_sure: bool
    is_clear: bool


@dataclass(frozen=True)
class Expected:
    """`gate`: by how much a logit may differ."""

    gate: float
    texts: tuple[Text, ...]

    def golden(self) -> dict[str, Any]:
        texts = [{"text": text.text, "answer": text.answer} for text in self.texts if text.is_clear]
        return {"within": max(SCORE, self.gate), "texts": texts}


def read_expected(file: Path, serving: Serving, spec: str) -> Expected:
    """`spec`: the name of the file that says what is served. Raises InvalidInput where labels and scores are made
    otherwise than when the model was proven."""
    if not file.exists():
        raise InvalidInput([f"{file}: is missing; the exporter writes it"])
    proof = read_proof(file)
    _check(proof, spec)
    # Not as model.json has the model's own: the proof is whose they are.
    labels = tuple(proof.labels) if serving.labels == serving.own_labels else serving.labels
    decide = bert_tasks.load(proof.task, "decide").decider(labels, serving.task.decision)
    answers = _answers(proof, labels, decide, tuple(serving.task.outputs))
    # One logit up and another down.
    sure = _steady(proof, decide, 2 * proof.gate)
    clear = _steady(proof, decide, max(LEAD, 2 * proof.gate))
    rows = zip(proof.texts, proof.ids, proof.logits.tolist(), answers, sure.tolist(), clear.tolist())
    return Expected(proof.gate, tuple(text for text in (Text(*row) for row in rows) if _is_read(text, serving)))


def untold(expected: Expected, serving: Serving) -> list[Warned]:
    """What a user is to know of a pod that is held to nothing."""
    if serving.examples or any(text.is_clear for text in expected.texts):
        return []
    text = "there are none, and the model is sure of no built-in text, so that a pod is ready with any answer"
    return [Warned(("examples",), f"{text}; say some whose answers are known")]


def write_replay(expected: Expected, contract: Contract, file: Path) -> None:
    """What `replay` reads besides golden.json."""
    content = {
        "gate": expected.gate,
        "inference": contract.inference,
        "logits": contract.logits_name,
        "texts": [asdict(text) for text in expected.texts],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def _check(proof: Proof, spec: str) -> None:
    """The code that decides is another copy here than that of the export."""
    made = answered(proof.task, proof.activation, proof.labels, proof.logits)
    for text, said, now in zip(proof.texts, proof.said, made):
        if said["labels"] != now["labels"] or not np.allclose(said["scores"], now["scores"], atol=NOISE):
            because = f'makes other answers of logits than the export did: text "{text}", expected {said}, got {now}'
            remedy = "build both images with one version of this package"
            raise InvalidInput([Problem(spec, ("task",), because, remedy)])


def _answers(
    proof: Proof, labels: tuple[str, ...], decide: Callable[[FloatArray], Any], outputs: tuple[str, ...]
) -> list[dict[str, Any]]:
    scores = scores_of(proof.logits, proof.activation)
    columns = bert_tasks.load(proof.task, "answer").answer(scores, decide(scores), labels)
    columns["probabilities"] = scores
    named = {output: np.asarray(columns[output]).tolist() for output in outputs}
    return [{output: column[index] for output, column in named.items()} for index in range(len(scores))]


def _steady(proof: Proof, decide: Callable[[FloatArray], Any], by: float) -> npt.NDArray[np.bool_]:
    """Of which texts the decision stays the same whichever logit moves by so much."""
    decided = decide(scores_of(proof.logits, proof.activation))
    steady = np.ones(len(proof.logits), dtype=bool)
    for logit in range(proof.logits.shape[1]):
        for step in (-by, by):
            moved = proof.logits.copy()
            moved[:, logit] += step
            steady &= (decide(scores_of(moved, proof.activation)) == decided).all(axis=1)
    return steady


def _is_read(text: Text, serving: Serving) -> bool:
    size = len(text.text.encode())
    limits = serving.limits
    return len(text.ids) <= serving.max_length and size <= min(limits.text_bytes, limits.request_bytes)
