"""Odd JSON bodies of inference requests over HTTP, as rows. In: nothing. Out: KINDS."""

from collections.abc import Callable, Mapping
from random import Random

import wire
from kind import ANSWERED, BUSY, FAILED, REFUSED, Kind, Target

TEXT = "so it goes"
# Triton refuses a JSON that it can't read with 500, one that it can read with 400.
UNFIT = (REFUSED, FAILED)
OUTPUTS = ("predicts", "scores")
HUGE = (2**31, 2**32, 2**62, 2**63 - 1, 2**63, 2**64, 10**30)


def posted(
    name: str,
    make: Callable[[Random], object],
    *allowed: str,
    headers: Mapping[str, object] | None = None,
    share: float = 1,
) -> Kind:
    """`make`: the body, as JSON or as bytes."""

    async def send(target: Target, chance: Random) -> str:
        data = wire.post(wire.infer_path(target), wire.encoded(make(chance)), headers)
        return await wire.outcome(target.http, data)

    return Kind(name, "http", send, allowed or UNFIT, share=share)


def _input(**other: object) -> dict[str, object]:
    return {"inputs": [wire.tensor(TEXT, **other)]}


def _request(**other: object) -> dict[str, object]:
    return {"inputs": [wire.tensor(TEXT)], **other}


def _outputs(names: list[str], **parameters: object) -> dict[str, object]:
    return _request(outputs=[{"name": name, "parameters": parameters} for name in names])


def _truncated(chance: Random) -> bytes:
    whole = wire.encoded(_request())
    return whole[: chance.randrange(1, len(whole))]


def _nested(depth: int) -> dict[str, object]:
    data: object = TEXT
    for _ in range(depth):
        data = [data]
    return _input(data=data)


def _raw(text: bytes) -> bytes:
    return wire.encoded(_input(data=["%"])).replace(b"%", text)


# What parameters may be given that Triton wants a number, a flag or a string for.
_ODD: tuple[object, ...] = ("high", "", None, True, -1, 0.5, 1e300, 2**64, [], {}, [1])

KINDS = [
    posted("empty body", lambda _: b""),
    posted("truncated JSON", _truncated),
    posted("random bytes", lambda chance: chance.randbytes(chance.randrange(1, 500))),
    posted("JSON of another kind", lambda chance: chance.choice([[], None, 5, "text", True, [_request()]])),
    posted("UTF-16", lambda _: wire.encoded(_request()).decode().encode("utf-16")),
    posted("byte order mark", lambda _: b"\xef\xbb\xbf" + wire.encoded(_request()), ANSWERED, *UNFIT),
    posted("bytes after the JSON", lambda _: wire.encoded(_request()) + b"}{", ANSWERED, *UNFIT),
    posted("NaN and huge numbers", lambda chance: _raw(b'",%s,"' % chance.choice([b"NaN", b"1e999999", b"9" * 500]))),
    posted("twice the same key", lambda _: wire.encoded(_request())[:-1] + b',"inputs":[]}', ANSWERED, *UNFIT),
    posted("wrong content type", lambda _: _request(), ANSWERED, REFUSED, headers={"Content-Type": "image/png"}),
    posted(
        "small form",
        lambda _: _request(),
        ANSWERED,
        REFUSED,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    ),
    posted("wrong shape", lambda chance: _input(shape=chance.choice([[], [1], [1, 3], [1, 1, 1], [2, 1], [0, 1]]))),
    # Triton counts the texts of a batch in 32 bits: 2**32 of them are none, and none is taken for one.
    posted("negative shape", lambda chance: _input(shape=[-chance.choice([1, 2, *HUGE]), 1]), ANSWERED, *UNFIT),
    posted("huge shape", lambda chance: _input(shape=chance.sample([1, *HUGE], 2)), ANSWERED, *UNFIT),
    posted("long shape", lambda chance: _input(shape=[1] * chance.randrange(100, 5000))),
    posted("shape of another kind", lambda chance: _input(shape=chance.choice(["1", None, ["1", "1"], [1.5, 1], {}]))),
    posted("twice the same input", lambda _: {"inputs": [wire.tensor(TEXT), wire.tensor("help")]}),
    posted("1000 inputs", lambda _: {"inputs": [wire.tensor(TEXT)] * 1000}, share=0.3),
    posted("no input", lambda chance: chance.choice([{}, {"inputs": []}, {"inputs": None}, {"inputs": {}}])),
    posted("unknown input", lambda chance: _input(name=chance.choice(["text", "", "TEXT_INPUT", "a" * 10_000, 5]))),
    posted("an input without data", lambda _: {"inputs": [{"name": "text_input", "shape": [1, 1]}]}),
    posted("unknown output", lambda chance: _outputs([chance.choice(["logits", "", "predict\x00s", "a" * 10_000])])),
    posted("1000 outputs", lambda chance: _outputs([chance.choice(OUTPUTS)] * 1000), ANSWERED, *UNFIT, share=0.3),
    posted("wrong datatype", lambda chance: _input(datatype=chance.choice(["INT64", "FP32", "STRING", "", 5, None]))),
    posted(
        "data that are no strings", lambda chance: _input(data=chance.choice([[5], [None], [True], [{}], "text", 5]))
    ),
    posted("nested data", lambda chance: _nested(chance.randrange(2, 60)), ANSWERED, *UNFIT),
    posted("wrong number of texts", lambda chance: _input(data=[TEXT] * chance.choice([0, 2, 3, 1000]))),
    posted("more texts than a batch", lambda chance: {"inputs": [wire.tensor(*[TEXT] * chance.randrange(65, 500))]}),
    posted("lone surrogate", lambda chance: _raw(chance.choice([b"\\ud800", b"\\udc00x", b"\\ud83d\\u0041"]))),
    posted("bad escape", lambda chance: _raw(chance.choice([b"\\x41", b"\\u12", b"\n", b"\\"]))),
    posted("invalid UTF-8", lambda chance: _raw(b"I love " + chance.choice([b"\xff\xfe", b"\xc3", b"\xed\xa0\x80"]))),
    posted(
        "input from shared memory",
        lambda chance: _input(parameters={"shared_memory_region": "r", "shared_memory_byte_size": chance.choice(HUGE)}),
    ),
    posted(
        "output to shared memory",
        lambda chance: _outputs(["predicts"], shared_memory_region="r", shared_memory_byte_size=chance.choice(HUGE)),
    ),
    posted(
        "a sequence",
        lambda chance: _request(
            parameters={"sequence_id": chance.choice([1, "one", *_ODD]), "sequence_start": chance.choice([True, *_ODD])}
        ),
        ANSWERED,
        *UNFIT,
    ),
    posted(
        "odd priority and timeout",
        lambda chance: _request(parameters={chance.choice(["priority", "timeout"]): chance.choice([1, *_ODD])}),
        ANSWERED,
        # A timeout of a microsecond is a wish, too.
        BUSY,
        *UNFIT,
    ),
    posted(
        "unknown parameters",
        lambda chance: _request(parameters={"a" * chance.randrange(1, 5000): chance.choice(_ODD), "\x00": 1}),
        ANSWERED,
        *UNFIT,
    ),
    posted(
        "parameters of another kind", lambda chance: _request(parameters=chance.choice([[], 5, "a"])), ANSWERED, *UNFIT
    ),
    posted("long id", lambda chance: _request(id="a" * chance.randrange(10_000, 200_000)), ANSWERED, *UNFIT, share=0.3),
    posted("id with control characters", lambda _: _request(id='\x00\r\n\x1b[2J"\u202e{}'), ANSWERED, *UNFIT),
    posted("id of another kind", lambda chance: _request(id=chance.choice([5, None, [], {}, True])), ANSWERED, *UNFIT),
    posted(
        "odd binary_data_output",
        lambda chance: _request(parameters={"binary_data_output": chance.choice([True, False, *_ODD])}),
        ANSWERED,
        *UNFIT,
    ),
    posted(
        "odd binary_data of an output",
        lambda chance: _outputs(["scores"], binary_data=chance.choice([True, False, *_ODD])),
        ANSWERED,
        *UNFIT,
    ),
]
