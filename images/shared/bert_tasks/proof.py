"""What the original model answered to the built-in texts, as it goes from build to build: proof.json. In: token ids and
logits of each text. Out: the file, with the labels and scores that follow without a user's options; or the same, read.

Numbers are written as they are: whoever compares has the model's own gate, which stands beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Sequence

import numpy as np

from bert_tasks import load
from bert_tasks.scores import FloatArray, scores_of

FILE = "proof.json"


class Proof(NamedTuple):
    """`gate`: by how much a logit may differ. `logits`: [texts, classes]. `said`: the labels and scores of each text,
    as the file has them."""

    gate: float
    task: str
    activation: str
    labels: list[str]
    texts: list[str]
    ids: list[list[int]]
    logits: FloatArray
    said: list[dict[str, Any]]


def answered(task: str, activation: str, labels: Sequence[str], logits: FloatArray) -> list[dict[str, Any]]:
    """Of each text the labels and scores that the task makes of its logits, where no option says otherwise."""
    decide = load(task, "decide")
    scores = scores_of(logits, activation)
    named = decide.classes(decide.decider(labels, {})(scores))
    return [
        {"labels": [labels[index] for index in classes], "scores": _numbers(row)} for classes, row in zip(named, scores)
    ]


def write_proof(file: Path, proof: Proof) -> None:
    rows = zip(proof.texts, proof.ids, proof.logits, proof.said)
    content = {
        "gate": {"maxLogitDifference": proof.gate},
        "task": proof.task,
        "activation": proof.activation,
        "labels": proof.labels,
        "texts": [{"text": text, "ids": ids, "logits": _numbers(logits), **said} for text, ids, logits, said in rows],
    }
    file.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def read_proof(file: Path) -> Proof:
    content = json.loads(file.read_text(encoding="utf-8"))
    texts = content["texts"]
    return Proof(
        content["gate"]["maxLogitDifference"],
        content["task"],
        content["activation"],
        content["labels"],
        [text["text"] for text in texts],
        [text["ids"] for text in texts],
        np.array([text["logits"] for text in texts], dtype=np.float32),
        [{"labels": text["labels"], "scores": text["scores"]} for text in texts],
    )


def _numbers(row: FloatArray) -> list[float]:
    """The shortest numbers that are read as the same FP32."""
    return [float(str(value)) for value in row]
