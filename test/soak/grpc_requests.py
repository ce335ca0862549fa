"""Odd requests over gRPC, as rows. In: nothing. Out: KINDS."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tritonclient.grpc import service_pb2

import calls
from http_binary import GOOD, TOO_LONG, elements, prefixed
from kind import ANSWERED, BUSY, FAILED, REFUSED, Kind, Target

TEXT = b"so it goes"
# Triton answers some that it can't read with INTERNAL.
UNFIT = (REFUSED, FAILED)
HUGE = (2**31, 2**32, 2**62, 2**63 - 1)


def asked(
    name: str, make: Callable[[Target, Random], Any], *allowed: str, gzip: bool = False, share: float = 1
) -> Kind:
    """`make`: the message."""

    async def send(target: Target, chance: Random) -> str:
        return await calls.outcome(target.grpc, make(target, chance).SerializeToString(), gzip=gzip)

    return Kind(name, "grpc", send, allowed or UNFIT, share=share)


def _input(target: Target, **other: Any) -> Any:
    """A request whose input has other fields."""
    request = calls.infer_request(target, TEXT)
    for field, value in other.items():
        if field == "shape":
            request.inputs[0].shape[:] = value
        else:
            setattr(request.inputs[0], field, value)
    return request


def _raw(target: Target, *contents: bytes, typed: bool = False) -> Any:
    request = calls.infer_request(target, TEXT)
    if not typed:
        request.inputs[0].ClearField("contents")
    request.raw_input_contents.extend(contents)
    return request


def _typed(target: Target, field: str) -> Any:
    """Contents of another type than the input says."""
    request = _raw(target)
    getattr(request.inputs[0].contents, field).extend([1])
    return request


def _outputs(target: Target, *names: str) -> Any:
    request = calls.infer_request(target, TEXT)
    for name in names:
        request.outputs.add(name=name)
    return request


def _inputs(target: Target, times: int) -> Any:
    request = calls.infer_request(target, TEXT)
    for _ in range(times - 1):
        request.inputs.append(request.inputs[0])
    return request


def _no_input(target: Target) -> Any:
    request = calls.infer_request(target)
    request.ClearField("inputs")
    return request


def _parameter(target: Target, chance: Random, *names: str, at: str = "request") -> Any:
    """A parameter of a type that may not be the one that Triton wants."""
    request = calls.infer_request(target, TEXT)
    parameters = request.parameters if at == "request" else request.inputs[0].parameters
    field, value = chance.choice(
        [("int64_param", -1), ("int64_param", 1), ("string_param", "high"), ("bool_param", True), ("double_param", 0.5)]
    )
    setattr(parameters[chance.choice(names)], field, value)
    return request


def _shared_memory(target: Target, chance: Random) -> Any:
    request = _raw(target)
    parameters = request.inputs[0].parameters
    parameters["shared_memory_region"].string_param = "r"
    parameters["shared_memory_byte_size"].int64_param = chance.choice([-1, 0, *HUGE])
    return request


def _wrong_length(chance: Random) -> bytes:
    return chance.choice([prefixed(chance, 0, 9), GOOD + b"\x00", GOOD[:3], b"\x00", GOOD + GOOD])


def _too_long(target: Target, chance: Random) -> Any:
    return _raw(target, chance.choice([prefixed(chance, *TOO_LONG), GOOD[:-1]]))


_SEQUENCE = ("sequence_id", "sequence_start", "sequence_end")
_SHAPES: tuple[list[int], ...] = ([], [1], [1, 3], [1, 1, 1], [2, 1], [0, 1])
_NAMES = ("text", "", "a" * 10_000, "\x00")
_TYPES = ("int_contents", "int64_contents", "uint_contents", "fp32_contents", "bool_contents")

KINDS = [
    asked("raw contents of a wrong length", lambda target, chance: _raw(target, _wrong_length(chance))),
    replace(asked("element longer than its bytes", _too_long), needs="grpc gateway"),
    asked("raw and typed contents", lambda target, _: _raw(target, GOOD, typed=True)),
    asked("more raw contents than inputs", lambda target, _: _raw(target, GOOD, GOOD, GOOD), ANSWERED, *UNFIT),
    asked("no contents", lambda target, _: _raw(target)),
    asked("contents of another type", lambda target, chance: _typed(target, chance.choice(_TYPES))),
    asked(
        "invalid UTF-8 in raw contents",
        lambda target, chance: _raw(target, elements(b"I love \xff" + chance.randbytes(5))),
    ),
    asked(
        "invalid UTF-8 in typed contents",
        lambda target, chance: calls.infer_request(target, b"\xc3" + chance.randbytes(5) + b"\xff"),
    ),
    asked("empty message", lambda *_: service_pb2.ModelInferRequest()),
    asked("no input", lambda target, _: _no_input(target)),
    asked("twice the same input", lambda target, _: _inputs(target, 2)),
    asked("1000 inputs", lambda target, _: _inputs(target, 1000), share=0.3),
    # What Triton says of a long name is too long for a client that has gRPC's usual limit.
    asked("unknown input", lambda target, chance: _input(target, name=chance.choice(_NAMES)), *UNFIT, BUSY),
    asked("unknown output", lambda target, chance: _outputs(target, chance.choice(_NAMES)), *UNFIT, BUSY),
    asked("1000 outputs", lambda target, _: _outputs(target, *["predicts"] * 1000), *UNFIT, ANSWERED, share=0.3),
    asked("wrong shape", lambda target, chance: _input(target, shape=chance.choice(_SHAPES)), ANSWERED, *UNFIT),
    asked(
        "negative shape",
        lambda target, chance: _input(target, shape=[-chance.choice([1, 2, *HUGE]), 1]),
        ANSWERED,
        *UNFIT,
    ),
    asked("huge shape", lambda target, chance: _input(target, shape=chance.sample([1, *HUGE], 2)), ANSWERED, *UNFIT),
    asked(
        "wrong datatype", lambda target, chance: _input(target, datatype=chance.choice(["INT64", "FP32", "STRING", ""]))
    ),
    asked("wrong number of texts", lambda target, chance: _input(target, shape=[chance.randrange(2, 5), 1])),
    asked(
        "more texts than a batch",
        lambda target, chance: calls.infer_request(target, *[TEXT] * chance.randrange(65, 500)),
    ),
    asked(
        "unknown model",
        lambda target, chance: calls.infer_request(
            target, TEXT, model_name=chance.choice(["nobody", "", "../..", "\x00"])
        ),
    ),
    asked(
        "unknown version",
        lambda target, chance: calls.infer_request(
            target, TEXT, model_version=chance.choice(["999", "-1", "one", "2" * 30])
        ),
    ),
    asked("a sequence", lambda target, chance: _parameter(target, chance, *_SEQUENCE), ANSWERED, *UNFIT),
    asked(
        "odd priority and timeout",
        lambda target, chance: _parameter(target, chance, "priority", "timeout"),
        ANSWERED,
        # A timeout of a microsecond is a wish, too.
        BUSY,
        *UNFIT,
    ),
    asked(
        "unknown parameters",
        lambda target, chance: _parameter(target, chance, "", "a" * 5000, "\x00"),
        ANSWERED,
        *UNFIT,
    ),
    asked(
        "parameters of an input",
        lambda target, chance: _parameter(target, chance, "binary_data_size", "classification", at="input"),
        ANSWERED,
        *UNFIT,
    ),
    asked("input from shared memory", _shared_memory),
    asked(
        "long id",
        lambda target, chance: calls.infer_request(target, TEXT, id="a" * chance.randrange(10_000, 200_000)),
        ANSWERED,
        *UNFIT,
        share=0.3,
    ),
    asked(
        "id with control characters",
        lambda target, _: calls.infer_request(target, TEXT, id='\x00\r\n\x1b[2J"\u202e{}'),
        ANSWERED,
        *UNFIT,
    ),
    asked("compressed message", lambda target, _: calls.infer_request(target, TEXT), ANSWERED, *UNFIT, gzip=True),
]
