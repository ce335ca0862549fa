"""Golden examples of this task. In: an example, and the answer to its text. Out: what is wrong with it."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

# The field of an example that says its answer.
FIELD, KIND, WHAT = "predicts", str, "the label to expect"


def labels_in(said: str) -> list[str]:
    """The labels that an example names."""
    return [said]


def mismatch(example: Mapping[str, Any], answer: Mapping[str, Any], labels: Sequence[str]) -> str | None:  # noqa: ARG001
    """In words, None if the answer is right."""
    label, score, least = answer["label"], answer["score"], example.get("minScore")
    # A regression's score may be any number.
    if label == example[FIELD] and (least is None or score >= least):
        return None
    wanted = f'"{example[FIELD]}"' + ("" if least is None else f" with a score of at least {least}")
    return f'expected {wanted}, got "{label}" with a score of {score:.4f}'
