"""Golden examples: texts whose answers are known. In: `examples` of spec.json, the task, the model's labels and
activation. Out: Examples, as the golden probe holds them against the answers of a running server."""

import math
from dataclasses import dataclass
from typing import Any

import bert_tasks
from triton_repository.fields import Fields, listed

_SCALE = "the scores of this model are probabilities; only those of a regression have a scale of their own"


@dataclass(frozen=True)
class Example:
    """`expected`: in the form of the task's `expect`, under its field. Without `min_score` the labels alone count: a
    regression's number may be less than any that could be said."""

    text: str
    field: str
    expected: Any
    min_score: float | None

    def golden(self) -> dict[str, Any]:
        least = {} if self.min_score is None else {"minScore": self.min_score}
        return {"text": self.text, self.field: self.expected, **least}


def read_examples(spec: Fields, task: str, labels: tuple[str, ...], activation: str) -> tuple[Example, ...]:
    # The score of a regression is the number itself, on a scale of its own.
    low, high, what = (-math.inf, math.inf, "a number") if activation == "none" else (0, 1, "a number from 0 to 1")
    expect = bert_tasks.load(task, "expect")
    examples = []
    for index, said in enumerate(spec.get("examples", list, "a list of examples", default=None) or []):
        fields = spec.within(said, "examples", index)
        text = fields.get("text", str, "the text to send")
        expected = fields.get(expect.FIELD, expect.KIND, expect.WHAT)
        score = fields.get("minScore", (int, float), what, default=None)
        if isinstance(text, str) and not text.strip():
            fields.problem("text", "is empty, which the server refuses")
        for label in [] if expected is None else expect.labels_in(expected):
            if label not in labels:
                fields.problem(
                    expect.FIELD, f'is "{label}", which is no label of this model', f"its labels are {listed(labels)}"
                )
        if score is not None and not (math.isfinite(score) and low <= score <= high):
            fields.problem("minScore", f"must be {what}, got {score}", _SCALE if what != "a number" else "")
        fields.refuse_unknown()
        examples.append(Example(text, expect.FIELD, expected, None if score is None else float(score)))
    return tuple(examples)
