"""Requests that end Triton 2.51 itself (README.md, test/serving/test_known_crashes.py): sent only where something
stands before it that is to refuse them. In: nothing. Out: KINDS."""

import gzip
from dataclasses import replace
from random import Random

import calls
import wire
from http_bodies import TEXT, posted
from http_wire import BODY, chunked, sent
from kind import BUSY, CLOSED, REFUSED, Kind, Target

# A gateway may answer before it has read all, and close what it will not read.
STOPPED = (REFUSED, BUSY, CLOSED)
MEGABYTES = 10_000_000
CHUNKS = 600_000
DEPTH = 200_000
RARELY = 0.02


def _classification(output: str) -> dict[str, object]:
    wanted = [{"name": output, "parameters": {"classification": 1}}]
    return {"inputs": [wire.tensor(TEXT)], "outputs": wanted}


def _form(_: Random) -> bytes:
    return wire.encoded({"inputs": [wire.tensor("a" * MEGABYTES)]})


def _deep(_: Random) -> bytes:
    whole = wire.encoded({"inputs": [wire.tensor("%")]})
    return whole.replace(b'"%"', b"[" * DEPTH + b'"a"' + b"]" * DEPTH)


def _bomb(target: Target, _: Random) -> bytes:
    body = gzip.compress(b" " * (100 * MEGABYTES))
    return wire.post(wire.infer_path(target), body, {"Content-Encoding": "gzip", "Content-Length": len(body)})


def _deep_to_generate(target: Target, chance: Random) -> bytes:
    """Triton takes all of it for JSON, whatever the field says."""
    path = f"/v2/models/{target.model}/generate"
    return wire.post(path, _deep(chance), {"Inference-Header-Content-Length": chance.choice([0, 2])})


def _chunks(target: Target, _: Random) -> bytes:
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    body = b" " * (CHUNKS - len(BODY)) + BODY
    return wire.head("POST", wire.infer_path(target), headers) + chunked(body, [1] * CHUNKS)


async def _classification_over_grpc(target: Target, _: Random) -> str:
    request = calls.infer_request(target, TEXT.encode())
    request.outputs.add(name="predicts").parameters["classification"].int64_param = 1
    return await calls.outcome(target.grpc, request.SerializeToString())


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_BEHIND_HTTP = [
    posted("classification of predicts", lambda _: _classification("predicts"), *STOPPED),
    posted("megabytes in a form", _form, *STOPPED, headers=FORM, share=RARELY),
    posted("deep JSON", _deep, *STOPPED, share=RARELY),
    sent("deep JSON to generate", _deep_to_generate, *STOPPED, share=RARELY),
    sent("many chunks", _chunks, *STOPPED, share=RARELY),
    sent("much in a little gzip", _bomb, *STOPPED, share=RARELY),
]
KINDS = [
    *(replace(kind, needs="http gateway") for kind in _BEHIND_HTTP),
    Kind("classification of predicts", "grpc", _classification_over_grpc, STOPPED, "grpc gateway"),
]
