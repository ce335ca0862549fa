"""What the model is to do: the task, how it decides, what it answers with. In: `task` of spec.json, model.json, the
model's labels. Out: Task. What differs from task to task stands in bert_tasks and in contract.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bert_tasks
from triton_repository.contract import Contract, Output
from triton_repository.fields import Fields

DEFAULT = "textClassification"


@dataclass(frozen=True)
class Task:
    """`decision`: what bert_tasks' `decide` goes by. `outputs`: by what the task calls them."""

    name: str
    decision: Mapping[str, Any]
    outputs: Mapping[str, Output]


def read_task(spec: Fields, model: Fields, activation: str, labels: tuple[str, ...], contract: Contract) -> Task:
    name, said = _chosen(spec, tuple(contract.responses))
    exported = model.get("task", str, "the task that it was exported for")
    if exported is not None and exported != name:
        model.problem("task", f'is "{exported}", but spec.json asks for {name}: export the model for that task')
    fields = spec.within(said, "task", name)
    decision = bert_tasks.load(name, "options").read(fields, labels)
    outputs = dict(contract.responses[name])
    if fields.get("probabilities", bool, "true or false", default=False):
        outputs["probabilities"] = contract.probabilities
        if activation == "none":
            fields.problem("probabilities", "is true, but the model is a regression, which has none; leave it out")
    fields.refuse_unknown()
    return Task(name, decision, outputs)


def _chosen(spec: Fields, known: tuple[str, ...]) -> tuple[str, object]:
    what = f"an object with one of {', '.join(known)} and its options"
    said = spec.get("task", dict, what, default={DEFAULT: {}})
    name, options = next(iter(said.items())) if len(said) == 1 else ("", {})
    if name not in known:
        spec.problem("task", f"must be {what}, got {', '.join(said) or 'none'}")
        return DEFAULT, {}
    return name, options
