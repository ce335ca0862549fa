"""Whether two graphs answer alike. In: two models with the inputs of a BERT. Out: how far their logits lie apart at
most, over random batches of texts of very different lengths."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnx import ModelProto

# Enough for every place in a batch to be the longest text once, and for texts of a single token.
BATCHES, MOST_TEXTS, LONGEST = 12, 8, 48
# Any ids do, since both graphs read the same; the smallest vocabularies have some hundred.
IDS = 100


def difference(one: ModelProto, other: ModelProto, weights: Path, longest: int = LONGEST) -> float:
    """Relative to the largest logit of a batch; infinite if one can't run, or a logit is not a number.

    `weights`: the folder of those that are files of their own. `longest`: tokens that the model takes at most."""
    chance = np.random.default_rng(7)
    worst = 0.0
    try:
        sessions = [session(model, weights) for model in (one, other)]
        for _ in range(BATCHES):
            feed = _batch(chance, min(longest, LONGEST), [value.name for value in sessions[0].get_inputs()])
            expected, got = (np.asarray(session.run(None, feed)[0]) for session in sessions)
            if expected.shape != got.shape:
                return math.inf
            apart = float(np.abs(expected - got).max() / max(1.0, float(np.abs(expected).max())))
            worst = max(worst, apart if math.isfinite(apart) else math.inf)
    except Exception:
        # onnxruntime has no base class of its errors. A graph that does not run does not answer alike.
        return math.inf
    return worst


def _batch(chance: np.random.Generator, longest: int, inputs: list[str]) -> dict[str, npt.NDArray[np.int64]]:
    lengths = chance.integers(1, longest + 1, size=chance.integers(1, MOST_TEXTS + 1))
    width = int(lengths.max())
    mask = (np.arange(width) < lengths[:, None]).astype(np.int64)
    tensors = {
        "input_ids": chance.integers(5, IDS, size=mask.shape) * mask,
        "attention_mask": mask,
        "token_type_ids": np.zeros_like(mask),
    }
    return {name: tensors[name] for name in inputs}


def session(model: ModelProto, weights: Path) -> Any:
    """Runs the model on all cores. `weights`: the folder of those that are files of their own."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights))
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
