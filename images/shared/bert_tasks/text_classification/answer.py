"""Label and score of the best class. In: scores, the decision, the labels. Out: a value for each text, by output."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
import numpy.typing as npt

from bert_tasks.scores import FloatArray


def answer(scores: FloatArray, decision: npt.NDArray[np.int64], labels: Sequence[str]) -> dict[str, Any]:
    best = decision[:, 0]
    return {"label": [labels[index] for index in best.tolist()], "score": scores[np.arange(len(best)), best]}
