"""Promise: what a task makes of logits is the same with the export's numpy as with the servers'
(images/server/tests), and needs no options: the export knows none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bert_tasks import load, tasks
from bert_tasks.scores import ACTIVATIONS, scores_of

LOGITS = np.array([[2.1, -4, 0], [-90, -90, -100], [0.4, 0.4, -3]], dtype=np.float32)
DECISIONS: dict[str, NDArray[np.generic]] = {
    "textClassification": np.array([[0], [0], [0]]),
    "multiLabelClassification": np.array([[True, False, True], [False, False, False], [True, True, False]]),
}

NAMED = {
    "textClassification": [[0], [0], [0]],
    "multiLabelClassification": [[0, 2], [], [0, 1]],
}


def test_there_is_a_decision_for_each_task() -> None:
    assert tasks() == sorted(DECISIONS)


@pytest.mark.parametrize("task", tasks())
def test_decisions_without_options(task: str) -> None:
    decide = load(task, "decide").decider(["a", "b", "c"], {})
    decided = decide(scores_of(LOGITS, "softmax" if task == "textClassification" else "sigmoid"))
    assert decided.tolist() == DECISIONS[task].tolist()
    assert decided.shape[0] == len(LOGITS)
    assert load(task, "decide").classes(decided) == NAMED[task]


@pytest.mark.parametrize(
    ("task", "problem_type", "classes", "activation"),
    [
        ("textClassification", None, 3, "softmax"),
        ("textClassification", "single_label_classification", 2, "softmax"),
        ("textClassification", None, 1, "sigmoid"),
        ("textClassification", "regression", 1, "none"),
        ("multiLabelClassification", None, 3, "sigmoid"),
        ("multiLabelClassification", "multi_label_classification", 1, "sigmoid"),
    ],
)
def test_what_makes_scores_of_logits(task: str, problem_type: str | None, classes: int, activation: str) -> None:
    assert load(task, "decide").activation(problem_type, classes) == activation
    assert activation in ACTIVATIONS


def test_scores_stay_fp32() -> None:
    assert {scores_of(LOGITS, activation).dtype for activation in ACTIVATIONS} == {np.dtype(np.float32)}
