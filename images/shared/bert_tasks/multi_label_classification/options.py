"""The options of the task that say how to decide, held against the labels. In: fields of spec.json. Out: what decide.py
goes by."""

from __future__ import annotations

from typing import Any, Sequence

from bert_tasks.multi_label_classification.decide import THRESHOLD

BOUNDS = "a number from 0 to 1"
# A model may have thousands of labels.
SHOWN = 20


def read(fields: Any, labels: Sequence[str]) -> dict[str, Any]:
    """`fields`: a `triton_repository.fields.Fields`, which collects the problems."""
    threshold = fields.get("threshold", (int, float), BOUNDS, default=THRESHOLD)
    thresholds = fields.get("thresholds", dict, "a map from label to threshold", default={})
    for label, value in [(None, threshold), *thresholds.items()]:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            name = "threshold" if label is None else "thresholds"
            fields.problem(name, f"must be {BOUNDS}, got {value!r}", key=label)
    known = ", ".join(f'"{label}"' for label in labels[:SHOWN]) + (", …" if len(labels) > SHOWN else "")
    for label in thresholds:
        if label not in labels:
            fields.problem(
                "thresholds", f'has the entry "{label}", which is no label of this model', f"its labels are {known}"
            )
    return {"threshold": threshold, "thresholds": thresholds}
