"""Golden examples of this task. In: an example, and the answer to its text. Out: what is wrong with it."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

# The field of an example that says its answer.
FIELD, KIND, WHAT = "labels", list, "a list of the labels to expect"


def labels_in(said: Sequence[str]) -> list[str]:
    """The labels that an example names."""
    return list(said)


def mismatch(example: Mapping[str, Any], answer: Mapping[str, Any], labels: Sequence[str]) -> str | None:
    """In words, None if the answer is right: the labels of the example and no other, in whatever order."""
    least, wanted, got = example.get("minScore", 0), example[FIELD], json.loads(answer["label"])
    scores = dict(zip(labels, answer["score"]))
    low = [label for label in wanted if scores[label] < least]
    if set(got) == set(wanted) and not low:
        return None
    told = sorted(set(got) ^ set(wanted) | set(low), key=list(labels).index)
    reasons = ", ".join(f'"{label}" has a score of {scores[label]:.4f}' for label in told)
    bound = f" with scores of at least {least}" if least else ""
    return f"expected {_listed(wanted)}{bound}, got {_listed(got)}: {reasons}"


def _listed(labels: Sequence[str]) -> str:
    return json.dumps(labels, ensure_ascii=False)
