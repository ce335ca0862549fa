"""Logits to scores. In: FP32 [texts, classes], and the model's activation. Out: a score for each class, same shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def scores_of(logits: FloatArray, activation: str) -> FloatArray:
    """`activation`: a key of ACTIVATIONS.

    Raises ArithmeticError if a logit is not a number: a score of NaN is not valid JSON and no answer."""
    if not np.isfinite(logits).all():
        raise ArithmeticError("the graph returned a logit that is not finite")
    return ACTIVATIONS[activation](logits)


def softmax(logits: FloatArray) -> FloatArray:
    """Scores of classes that exclude each other; they add up to 1."""
    # Less the largest, so that no exponential overflows; the result is the same.
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), dtype=np.float32)


def sigmoid(logits: FloatArray) -> FloatArray:
    """Scores of classes that may hold together, each between 0 and 1."""
    # By way of tanh: exp(-logit) overflows for a very negative logit.
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), dtype=np.float32)


def none(logits: FloatArray) -> FloatArray:
    """A regression: its one logit is the answer, on a scale of its own."""
    return logits


ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid, "none": none}
