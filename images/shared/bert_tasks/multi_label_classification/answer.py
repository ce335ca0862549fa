"""The labels that are on, and the score of each class. In: scores, the decision, the labels. Out: a value for each
text, by output."""

from __future__ import annotations

import json
from typing import Any, Sequence

import numpy as np
import numpy.typing as npt

from bert_tasks.scores import FloatArray


def answer(scores: FloatArray, decision: npt.NDArray[np.bool_], labels: Sequence[str]) -> dict[str, Any]:
    """`label` is a JSON list in the order of the classes, `[]` if none is on."""
    return {"label": [_listed([labels[index] for index in np.flatnonzero(on)]) for on in decision], "score": scores}


def _listed(labels: Sequence[str]) -> str:
    return json.dumps(labels, ensure_ascii=False, separators=(",", ":"))
