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
# Beyond the window of attention that some models have (ModernBERT: 128, of which half lies on either side).
LONG = 200
# Any ids do, since both graphs read the same; the smallest vocabularies have some hundred.
IDS = 100
PROVIDERS = ["CPUExecutionProvider"]
# Rounding alone moves logits by some 1e-6 of their size: another order of the same sums.
TOLERANCE = 1e-4


def difference(one: ModelProto, other: ModelProto, weights: Path, longest: int = LONGEST) -> float:
    """Relative to the largest logit of a batch; infinite if one can't run, or a logit is not a number.

    `weights`: the folder of those that are files of their own. `longest`: tokens that the model takes at most."""
    chance = np.random.default_rng(7)
    worst = 0.0
    try:
        sessions = [session(model, weights) for model in (one, other)]
        inputs = [value.name for value in sessions[0].get_inputs()]
        batches = [_lengths(chance, min(longest, LONGEST)) for _ in range(BATCHES)]
        for lengths in [*batches, np.array([min(longest, LONG), 1])]:
            feed = _batch(chance, lengths, inputs)
            expected, got = (np.asarray(session.run(None, feed)[0]) for session in sessions)
            if expected.shape != got.shape:
                return math.inf
            apart = float(np.abs(expected - got).max() / max(1.0, float(np.abs(expected).max())))
            worst = max(worst, apart if math.isfinite(apart) else math.inf)
    except Exception:
        # onnxruntime has no base class of its errors. A graph that does not run does not answer alike.
        return math.inf
    return worst


def _lengths(chance: np.random.Generator, longest: int) -> npt.NDArray[np.int64]:
    return chance.integers(1, longest + 1, size=chance.integers(1, MOST_TEXTS + 1))


def _batch(
    chance: np.random.Generator, lengths: npt.NDArray[np.int64], inputs: list[str]
) -> dict[str, npt.NDArray[np.int64]]:
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
    options = _quiet()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights))
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=PROVIDERS)


def opened(file: Path) -> Any:
    """Runs a model on all cores; weights that are files of their own lie beside it."""
    return onnxruntime.InferenceSession(str(file), _quiet(), providers=PROVIDERS)


def _quiet() -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return options
