"""A server's answers to texts, and whether one is another than expected. In: Triton's HTTP endpoint, texts, names of
the outputs. Out: answers."""

from __future__ import annotations

import json
import urllib.request
from typing import Any, Dict

# Scores of one text that are told.
SHOWN = 8

# The outputs of one text, by what the task calls them.
Answer = Dict[str, Any]


def infer(web: Any, model: str, tensors: dict[str, Any], texts: list[str], timeout: float) -> list[Answer]:
    """The answer to each text."""
    body = {"inputs": [{"name": tensors["text"], "shape": [len(texts), 1], "datatype": "BYTES", "data": texts}]}
    request = urllib.request.Request(
        model + "/infer", json.dumps(body).encode("utf-8"), {"Content-Type": "application/json"}
    )
    with web.open(request, timeout=timeout) as response:
        outputs = {output["name"]: output for output in json.load(response)["outputs"]}
    columns = {called: _by_text(outputs[name], len(texts)) for called, name in tensors["outputs"].items()}
    return [{called: column[index] for called, column in columns.items()} for index in range(len(texts))]


def _by_text(output: dict[str, Any], texts: int) -> list[Any]:
    """A value for each text, or a list of them. HTTP has the numbers of all texts in one list."""
    shape, data = output["shape"], output["data"]
    if shape[0] != texts:
        raise ValueError(f"{texts} texts, but {shape[0]} answers")
    if len(shape) == 1:
        return list(data)
    width = len(data) // texts
    return [data[begin : begin + width] for begin in range(0, len(data), width)]


def differs(expected: Any, got: Any, within: float) -> bool:
    """Whether an answer, or a part of it, is another than expected. Numbers may differ by `within`, those above 1 by
    that share."""
    if isinstance(expected, dict):
        return any(differs(value, got[called], within) for called, value in expected.items())
    if isinstance(expected, list):
        return len(expected) != len(got) or any(differs(one, other, within) for one, other in zip(expected, got))
    if isinstance(expected, str):
        return bool(expected != got)
    # Written so that what is not a number differs.
    return not abs(expected - got) <= within * max(1.0, abs(expected))


def shown(answer: Answer) -> str:
    """In words; of many scores the first."""
    return json.dumps({called: _rounded(value) for called, value in answer.items()}, ensure_ascii=False)


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(one) for one in value[:SHOWN]]
    return round(value, 4) if isinstance(value, float) else value
