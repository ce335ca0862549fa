"""Odd requests to the models behind the ensemble, each of which can be called by itself, over HTTP. In: nothing. Out:
KINDS."""

from collections.abc import Callable
from random import Random

import wire
from kind import ANSWERED, FAILED, REFUSED, Kind, Target

FEED = ("input_ids", "attention_mask", "token_type_ids")
OUTSIDE = (-1, -(10**6), 10**6, 2**31, 2**62, -(2**63))
LONGEST = 3000


def _asked(model: str, name: str, make: Callable[[Random], list[object]], *allowed: str, share: float = 1) -> Kind:
    """`make`: the inputs."""

    async def send(target: Target, chance: Random) -> str:
        body = wire.encoded({"inputs": make(chance)})
        return await wire.outcome(target.http, wire.post(f"/v2/models/{model}/infer", body))

    return Kind(f"{model}: {name}", "http", send, allowed or (REFUSED,), "inner models", share)


def _integers(name: str, rows: int, columns: int, values: list[int]) -> object:
    return {"name": name, "shape": [rows, columns], "datatype": "INT64", "data": values}


def _feed(rows: int, columns: int, **other: list[int]) -> list[object]:
    plain = {"input_ids": 2, "attention_mask": 1, "token_type_ids": 0}
    return [_integers(name, rows, columns, other.get(name, [plain[name]] * rows * columns)) for name in FEED]


def _outside(chance: Random) -> list[object]:
    return _feed(1, 4, **{chance.choice(["input_ids", "token_type_ids"]): [2, chance.choice(OUTSIDE), 2, 2]})


def _unlike_shapes(chance: Random) -> list[object]:
    return [
        _integers(name, 1, length, [1] * length)
        for name, length in zip(FEED, chance.sample(range(1, 30), 3), strict=True)
    ]


def _logits(chance: Random) -> list[object]:
    columns = chance.choice([0, 1, 2, 4, 1000])
    return [{"name": "logits", "shape": [1, columns], "datatype": "FP32", "data": [0.5] * columns}]


KINDS = [
    # A graph may count negative ones from the end.
    _asked("model_onnx", "tokens of no vocabulary", _outside, ANSWERED, REFUSED),
    _asked("model_onnx", "unlike shapes", _unlike_shapes),
    _asked("model_onnx", "no token", lambda _: _feed(1, 0)),
    # A classifier whose positions have an end refuses it.
    _asked(
        "model_onnx",
        "thousands of tokens",
        lambda chance: _feed(1, chance.randrange(600, LONGEST)),
        ANSWERED,
        REFUSED,
        share=0.1,
    ),
    _asked(
        "model_onnx",
        "odd masks",
        lambda chance: _feed(1, 3, attention_mask=chance.choices([1, 2, -1, 10**9], k=3)),
        ANSWERED,
        REFUSED,
    ),
    _asked("model_onnx", "an input less", lambda chance: chance.sample(_feed(1, 3), 2)),
    _asked("post_processing", "another number of labels", _logits, REFUSED, FAILED),
    _asked("text_preprocessing", "numbers for texts", lambda _: [_integers("text_input", 1, 1, [5])], REFUSED, FAILED),
]
