"""The best class. In: what the checkpoint says; scores [texts, classes]. Out: an activation; class numbers [texts,
1]."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bert_tasks.scores import FloatArray

Decide = Callable[[FloatArray], "npt.NDArray[np.int64]"]


def activation(problem_type: str | None, classes: int) -> str:
    """A key of scores.py, by the rule of transformers' own text-classification pipeline."""
    if problem_type == "regression":
        return "none"
    return "sigmoid" if classes == 1 else "softmax"


def decider(labels: Sequence[str], options: Mapping[str, Any]) -> Decide:  # noqa: ARG001 - every task is asked so
    """Neither changes anything here."""
    return best


def best(scores: FloatArray) -> npt.NDArray[np.int64]:
    """Of equal scores the first class wins."""
    classes: npt.NDArray[np.int64] = scores.argmax(axis=1)
    return classes[:, None]


def classes(decisions: npt.NDArray[np.int64]) -> list[list[int]]:
    """The classes that each decision names."""
    numbers: list[list[int]] = decisions.tolist()
    return numbers
