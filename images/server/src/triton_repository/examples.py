"""Golden examples: texts whose answers are known. In: `examples` of spec.json, the task, the model's labels. Out:
Examples, as the golden probe holds them against the answers of a running server."""

from dataclasses import dataclass
from typing import Any

import bert_tasks
from triton_repository.fields import Fields, listed


@dataclass(frozen=True)
class Example:
    """`expected`: in the form of the task's `expect`, under its field. `min_score` 0 asks for the labels only."""

    text: str
    field: str
    expected: Any
    min_score: float

    def golden(self) -> dict[str, Any]:
        return {"text": self.text, self.field: self.expected, "minScore": self.min_score}


def read_examples(spec: Fields, task: str, labels: tuple[str, ...]) -> tuple[Example, ...]:
    expect = bert_tasks.load(task, "expect")
    examples = []
    for index, said in enumerate(spec.get("examples", list, "a list of examples", default=None) or []):
        fields = spec.within(said, "examples", index)
        text = fields.get("text", str, "the text to send")
        expected = fields.get(expect.FIELD, expect.KIND, expect.WHAT)
        score = fields.get("minScore", (int, float), "a number from 0 to 1", default=0)
        if isinstance(text, str) and not text.strip():
            fields.problem("text", "is empty, which the server refuses")
        for label in [] if expected is None else expect.labels_in(expected):
            if label not in labels:
                fields.problem(
                    expect.FIELD, f'is "{label}", which is no label of this model', f"its labels are {listed(labels)}"
                )
        if not 0 <= score <= 1:
            fields.problem("minScore", f"must be a number from 0 to 1, got {score}")
        fields.refuse_unknown()
        examples.append(Example(text, expect.FIELD, expected, float(score)))
    return tuple(examples)
