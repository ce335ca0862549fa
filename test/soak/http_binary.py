"""Odd requests in Triton's binary protocol: JSON, then tensors as bytes, each element with its length before it. In:
nothing. Out: KINDS."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import wire
from http_bodies import HUGE, TEXT, UNFIT
from kind import ANSWERED, CLOSED, Kind, Target


@dataclass(frozen=True)
class Parts:
    # Bytes of the tensor, as the JSON says it.
    size: object
    tail: bytes
    # What the header says of the JSON's length, by the true one; None: there is no such header.
    length: Callable[[int], object] = lambda true: true


def elements(*texts: bytes) -> bytes:
    return b"".join(len(text).to_bytes(4, "little") + text for text in texts)


TOO_LONG = (11, 12, 1000, 2**31 - 1, 2**31, 2**32 - 1)
GOOD = elements(TEXT.encode())


def _binary(name: str, make: Callable[[Random], Parts], *allowed: str) -> Kind:
    async def send(target: Target, chance: Random) -> str:
        parts = make(chance)
        parameters = {"binary_data_size": parts.size}
        declared = {"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "parameters": parameters}
        header = wire.encoded({"inputs": [declared]})
        length = parts.length(len(header))
        headers = {} if length is None else {"Inference-Header-Content-Length": length}
        headers["Content-Type"] = "application/octet-stream"
        return await wire.outcome(target.http, wire.post(wire.infer_path(target), header + parts.tail, headers))

    return Kind(name, "http", send, allowed or UNFIT)


def _spoilt(chance: Random) -> bytes:
    """No UTF-8, in one of many ways."""
    return b"I love " + chance.choice(
        [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", chance.randbytes(9) + b"\xff"]
    )


def prefixed(chance: Random, *lengths: int) -> bytes:
    """An element that says another length than it has."""
    return chance.choice(lengths).to_bytes(4, "little") + TEXT.encode()


def _invalid_utf8(chance: Random) -> Parts:
    tail = elements(_spoilt(chance))
    return Parts(len(tail), tail)


def _odd_length(chance: Random) -> Parts:
    odd = chance.choice([-1, 0, "", "nine", "1e9", "0x10", *HUGE])
    return Parts(len(GOOD), GOOD, lambda _: odd)


def _wrong_length(chance: Random) -> Parts:
    wrong_by = chance.choice([-9, -1, 1, 9])
    return Parts(len(GOOD), GOOD, lambda true: true + wrong_by)


KINDS = [
    _binary("invalid UTF-8 in a binary tensor", _invalid_utf8),
    _binary("binary tensor shorter than said", lambda chance: Parts(len(GOOD) + chance.randrange(1, 99), GOOD)),
    _binary(
        "binary tensor longer than said", lambda chance: Parts(len(GOOD), GOOD + chance.randbytes(99)), *UNFIT, ANSWERED
    ),
    _binary("element shorter than its bytes", lambda chance: Parts(len(GOOD), prefixed(chance, 0, 1, 6, 9))),
    # Triton leaves it to the python backend, which refuses all requests of that batch; a gateway refuses it alone.
    replace(
        _binary("element longer than its bytes", lambda chance: Parts(len(GOOD), prefixed(chance, *TOO_LONG))),
        needs="http gateway",
    ),
    _binary("no element", lambda _: Parts(0, b"")),
    _binary("odd binary_data_size", lambda chance: Parts(chance.choice([-1, "9", None, 0.5, *HUGE]), GOOD)),
    _binary("no header for the JSON's length", lambda _: Parts(len(GOOD), GOOD, lambda _: None)),
    _binary("wrong length of the JSON", _wrong_length),
    # What is no number, Triton takes for 0, and 0 for no header.
    _binary("odd length of the JSON", _odd_length, *UNFIT, CLOSED, ANSWERED),
]
