"""Logits to output tensors, as the model's task has it (bert_tasks). In: settings.json, logits [texts, classes]. Out:
an answer for each text, and the tensors of several: texts of one request may run in different groups."""

from __future__ import annotations

from typing import Any, Sequence, Tuple

import numpy as np

from bert_tasks import load
from bert_tasks.scores import FloatArray, scores_of

# What a text gets, in the order of the outputs: texts, numbers, rows of numbers.
Answer = Tuple[Any, ...]
PROBABILITIES = "probabilities"


class Answering:
    def __init__(self, settings: Any) -> None:
        """`outputs`: the names of the tensors, by what the task calls them; `probabilities` only where they are asked
        for. `decision`: what the task's options.py has read."""
        self._labels: list[str] = settings["labels"]
        self._activation: str = settings["activation"]
        self._outputs: dict[str, str] = settings["outputs"]
        self._decide = load(settings["task"], "decide").decider(self._labels, settings["decision"])
        self._answer = load(settings["task"], "answer").answer

    def answers(self, logits: FloatArray) -> list[Answer]:
        """One for each row. Raises ArithmeticError if a logit is not a number."""
        scores = scores_of(logits, self._activation)
        columns = self._answer(scores, self._decide(scores), self._labels)
        columns[PROBABILITIES] = scores
        return list(zip(*(_values(columns[output]) for output in self._outputs)))

    def tensors(self, answers: Sequence[Answer]) -> dict[str, Any]:
        """By name, the first axis for the texts."""
        return {name: _array(column) for name, column in zip(self._outputs.values(), zip(*answers))}


def _values(column: Any) -> Any:
    """Numbers as Python's own, which are quicker to put together again; rows of them as they are."""
    return column.tolist() if isinstance(column, np.ndarray) and column.ndim == 1 else column


def _array(column: Sequence[Any]) -> Any:
    if isinstance(column[0], str):
        return np.array([text.encode() for text in column], dtype=object)
    return np.array(column, dtype=np.float32)
