"""Odd texts in requests that are right, each over both protocols. In: nothing. Out: KINDS."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import calls
import wire
from kind import ANSWERED, BUSY, REFUSED, Kind, Target

WORDS = ["the", "delivery", "had", "arrived", "late", "again", "and", "nobody", "could", "say", "why"]
MARKS = [chr(code) for code in range(0x300, 0x36F)]
EMOJI = ["😀", "👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "🇩🇪", "👍🏿", "\U000e0067", "\ufe0f", "\u200d"]
RIGHT_TO_LEFT = ["مرحبا", "שלום", "\u202e", "\u2067", "\u200f", "love", "٣"]
SPACES = [" ", "\t", "\n", "\r", "\u00a0", "\u3000", "\u2028", "\x0b", "\x1c", "\x85"]
UNSEEN = ["\u200b", "\u200c", "\ufeff", "\u00ad", "\u2060", "\U000e0001", "\ufffd", "\ue000", "\U0010ffff", "\ufffe"]
CONTROLS = [chr(code) for code in range(32) if chr(code) not in SPACES] + ["\x7f", "\x9f"]


@dataclass(frozen=True)
class Texts:
    name: str
    make: Callable[[Target, Random], Sequence[str]]
    allowed: tuple[str, ...] = (ANSWERED,)
    needs: str = ""
    share: float = 1


def _of(characters: Sequence[str], longest: int = 60) -> Callable[[Target, Random], list[str]]:
    return lambda _, chance: ["".join(chance.choices(characters, k=chance.randrange(1, longest)))]


def _zalgo(_: Target, chance: Random) -> list[str]:
    return ["".join(letter + "".join(chance.choices(MARKS, k=chance.randrange(200))) for letter in "I love it")]


def _mixed(target: Target, chance: Random) -> list[str]:
    """A whole batch of unlike texts."""
    many = [*WORDS, *EMOJI, *RIGHT_TO_LEFT, *UNSEEN]
    return ["so " + " ".join(chance.choices(many, k=chance.randrange(1, 50))) for _ in range(target.batch)]


def _words(size: int) -> str:
    """Of exactly so many bytes."""
    return (" ".join(WORDS) + " ") * (size // 60) + "x" * (size % 60)


def _limit(target: Target) -> int:
    # Without any, what a server is to bear that has the default ones.
    return target.limits.text if target.limits else 65_536


TEXTS = [
    Texts("only whitespace", _of(SPACES), (REFUSED,)),
    Texts("no text", lambda *_: [""], (REFUSED,)),
    Texts("one empty text in a batch", lambda *_: ["love", "", "help"], (REFUSED,)),
    Texts("NUL bytes", lambda _, chance: ["love\x00" * chance.randrange(1, 9), "\x00"]),
    # Of a few of them Python says that they are whitespace.
    Texts("control characters", lambda _, chance: ["x" + "".join(chance.choices(CONTROLS, k=60))]),
    Texts("combining marks", _zalgo),
    Texts("emoji", _of(EMOJI)),
    Texts("right to left", _of(RIGHT_TO_LEFT)),
    Texts("unseen characters", _of(UNSEEN)),
    Texts("scripts without spaces", _of(["今", "日", "は", "ไ", "ท", "ย", "한", "글"], 400)),
    Texts("any character", lambda _, chance: ["x" + "".join(map(chr, chance.choices(range(0xD800), k=200)))]),
    Texts("a batch of unlike texts", _mixed, (ANSWERED, BUSY)),
    Texts("4 KiB in one word", lambda *_: ["a" * 4096]),
    Texts("4 KiB of dots", lambda *_: ["." * 4096]),
    Texts("texts at the limit", lambda target, _: [_words(_limit(target))], (ANSWERED, BUSY), "limits", 0.1),
    Texts(
        "a batch at the limit",
        lambda target, _: [_words(_limit(target))] * target.batch,
        (ANSWERED, BUSY, REFUSED),
        "limits",
        0.03,
    ),
    Texts(
        "words over the limit", lambda target, _: [_words(_limit(target) + 1)], (ANSWERED, BUSY, REFUSED), "limits", 0.1
    ),
    Texts(
        "a word over the limit",
        lambda target, _: ["a" * (_limit(target) + 1)],
        (ANSWERED, BUSY, REFUSED),
        "limits",
        0.1,
    ),
    Texts("5 MB of words", lambda *_: [_words(5_000_000)], (ANSWERED, BUSY, REFUSED), "limits", 0.01),
    Texts("2 MB of dots", lambda *_: ["." * 2_000_000], (ANSWERED, BUSY, REFUSED), "limits", 0.03),
]


def _over_http(texts: Texts) -> Kind:
    async def send(target: Target, chance: Random) -> str:
        asked = texts.make(target, chance)
        body = json.dumps({"inputs": [wire.tensor(*asked)]}, ensure_ascii=chance.random() < 0.5).encode()
        return await wire.outcome(target.http, wire.post(wire.infer_path(target), body))

    return Kind(texts.name, "http", send, texts.allowed, texts.needs, texts.share)


def _over_grpc(texts: Texts) -> Kind:
    async def send(target: Target, chance: Random) -> str:
        asked = [text.encode() for text in texts.make(target, chance)]
        return await calls.outcome(target.grpc, calls.infer_request(target, *asked).SerializeToString())

    return Kind(texts.name, "grpc", send, texts.allowed, texts.needs, texts.share)


KINDS = [over(texts) for texts in TEXTS for over in (_over_http, _over_grpc)]
