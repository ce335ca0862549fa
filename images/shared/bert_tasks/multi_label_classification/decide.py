"""Which classes are on. In: what the checkpoint says; scores [texts, classes]. Out: an activation; the same shape, true
where a score reaches its threshold."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bert_tasks.scores import FloatArray

Decide = Callable[[FloatArray], "npt.NDArray[np.bool_]"]
# Where nobody says another: more likely than not.
THRESHOLD = 0.5


def activation(problem_type: str | None, classes: int) -> str:  # noqa: ARG001 - every task is asked so
    """A key of scores.py. Many a checkpoint of this kind says nothing, so the task itself does."""
    return "sigmoid"


def decider(labels: Sequence[str], options: Mapping[str, Any]) -> Decide:
    """`options`: `thresholds` by label; for those that it does not name `threshold`. The export says none, so that
    another threshold exports nothing again."""
    said, others = options.get("thresholds", {}), options.get("threshold", THRESHOLD)
    # In the numbers that a client gets: a score that reads 0.7 reaches 0.7.
    thresholds = np.array([said.get(label, others) for label in labels], dtype=np.float32)
    return lambda scores: scores >= thresholds


def classes(decisions: npt.NDArray[np.bool_]) -> list[list[int]]:
    """The classes that each decision names."""
    return [np.flatnonzero(on).tolist() for on in decisions]
