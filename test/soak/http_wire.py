"""Requests that are odd as HTTP, whatever they ask for. In: nothing. Out: KINDS."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from random import Random

import wire
from http_bodies import TEXT, UNFIT
from kind import ANSWERED, CLOSED, GIVEN_UP, REFUSED, Kind, Target

BODY = wire.encoded({"inputs": [wire.tensor(TEXT)]})
# For requests whose end a server can't see: it may wait, and the client does not.
SHORT_SECONDS = 0.2
ANYTHING = (ANSWERED, *UNFIT, CLOSED)


def sent(
    name: str, make: Callable[[Target, Random], bytes], *allowed: str, patience: float = 0, share: float = 1
) -> Kind:
    """`make`: all bytes of the request."""

    async def send(target: Target, chance: Random) -> str:
        return await wire.outcome(target.http, make(target, chance), patience)

    return Kind(name, "http", send, allowed, share=share)


def _posted(name: str, make: Callable[[Random], tuple[bytes, Mapping[str, object]]], *allowed: str) -> Kind:
    """`make`: body, and headers besides or instead of the usual ones."""

    def whole(target: Target, chance: Random) -> bytes:
        body, headers = make(chance)
        return wire.post(wire.infer_path(target), body, headers)

    return sent(name, whole, *allowed)


def _asked(name: str, make: Callable[[Target, Random], tuple[str, str]], *allowed: str) -> Kind:
    """`make`: method and path of a request with the usual body."""

    def whole(target: Target, chance: Random) -> bytes:
        method, path = make(target, chance)
        return wire.head(method, path, {"Content-Length": len(BODY)}) + BODY

    return sent(name, whole, *allowed)


def chunked(body: bytes, sizes: list[int]) -> bytes:
    """`body` in chunks of these sizes; what is left of it comes as the last."""
    parts, at = [], 0
    for size in [*sizes, len(body)]:
        part = body[at : at + size]
        at += size
        if part:
            parts.append(b"%x\r\n%b\r\n" % (len(part), part))
    return b"".join([*parts, b"0\r\n\r\n"])


def _in_chunks(chunks: bytes) -> Callable[[Target, Random], bytes]:
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    return lambda target, _: wire.head("POST", wire.infer_path(target), headers) + chunks


def _with_lengths(chance: Random) -> str:
    return chance.choice(["-1", "nine", "", "9" * 30, f"{len(BODY)}\r\nContent-Length: {len(BODY) - 5}", "0x50"])


def _model_path(_: Target, chance: Random) -> tuple[str, str]:
    name = chance.choice(["nobody", "", "..%2f..%2fetc", "%00", "a" * 4000, "%ff%fe", "модель", "nobody/versions/1"])
    return "POST", f"/v2/models/{name}/infer"


def _version_path(target: Target, chance: Random) -> tuple[str, str]:
    return (
        "POST",
        f"/v2/models/{target.model}/versions/{chance.choice(['999', '-1', 'one', '2' * 30, '', '%00'])}/infer",
    )


def _admin_path(_: Target, chance: Random) -> tuple[str, str]:
    paths = ["systemsharedmemory/region/r/register", "repository/index", "repository/models/x/load", "logging"]
    return "POST", f"/v2/{chance.choice(paths)}"


def _generate(target: Target, chance: Random) -> bytes:
    """Triton's other way in: parameters are inputs, by their names."""
    path = f"/v2/models/{target.model}/generate{chance.choice(['', '_stream'])}"
    text: object = chance.choice([TEXT, [TEXT], [[TEXT]], [], [TEXT, "help"], 5, None, {}, ""])
    return wire.post(path, wire.encoded(chance.choice([{"text_input": text}, {}, [], {"text": text}])))


def _compressed(chance: Random) -> tuple[bytes, dict[str, object]]:
    name, body = chance.choice([("gzip", gzip.compress(BODY)), ("deflate", zlib.compress(BODY))])
    return body, {"Content-Encoding": name, "Content-Length": len(body), "Accept-Encoding": name}


def _badly_compressed(chance: Random) -> tuple[bytes, dict[str, object]]:
    body = chance.choice([gzip.compress(BODY)[:-9], BODY, b"", b"\x1f\x8b" + chance.randbytes(99)])
    return body, {"Content-Encoding": chance.choice(["gzip", "deflate", "gzip, gzip"]), "Content-Length": len(body)}


def _many_headers(chance: Random) -> tuple[bytes, dict[str, object]]:
    return BODY, {f"X-{number}": "a" for number in range(chance.randrange(100, 1000))}


METHODS = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "post", "P" * 1000]
NO_HTTP = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x00" * 500,
]

KINDS = [
    _posted("expects 100-continue", lambda _: (BODY, {"Expect": "100-continue"}), ANSWERED, REFUSED),
    _posted("compressed body", _compressed, ANSWERED, REFUSED),
    _posted("badly compressed body", _badly_compressed, *ANYTHING),
    _posted("unknown encoding", lambda _: (BODY, {"Content-Encoding": "br"}), *ANYTHING),
    _posted("long header", lambda chance: (BODY, {"X-Long": "a" * chance.randrange(10_000, 100_000)}), *ANYTHING),
    _posted("many headers", _many_headers, *ANYTHING),
    sent("300 chunks", _in_chunks(chunked(b" " * 250 + BODY, [1] * 300)), ANSWERED, *UNFIT),
    sent(
        "broken chunks",
        lambda target, chance: _in_chunks(chance.choice([b"zz\r\n", b"-5\r\nabc\r\n", b"f" * 20 + b"\r\n"]))(
            target, chance
        ),
        *ANYTHING,
        GIVEN_UP,
        patience=SHORT_SECONDS,
        share=0.3,
    ),
    sent(
        "chunks and a length",
        lambda target, _: (
            wire.head("POST", wire.infer_path(target), {"Content-Length": 5, "Transfer-Encoding": "chunked"})
            + chunked(BODY, [])
        ),
        *ANYTHING,
    ),
    sent(
        "odd content length",
        lambda target, chance: (
            wire.head("POST", wire.infer_path(target), {"Content-Length": _with_lengths(chance)}) + BODY
        ),
        *ANYTHING,
        GIVEN_UP,
        patience=SHORT_SECONDS,
        share=0.3,
    ),
    sent("no content length", lambda target, _: wire.head("POST", wire.infer_path(target), {}) + BODY, *ANYTHING),
    sent(
        "HTTP/1.0",
        lambda target, _: wire.head("POST", wire.infer_path(target), {"Content-Length": len(BODY)}, "HTTP/1.0") + BODY,
        ANSWERED,
        REFUSED,
    ),
    sent(
        "HTTP of no version",
        lambda target, chance: (
            wire.head(
                "POST",
                wire.infer_path(target),
                {"Content-Length": len(BODY)},
                chance.choice(["HTTP/9.9", "", "HTTP/1", "SMTP"]),
            )
            + BODY
        ),
        *ANYTHING,
    ),
    sent(
        "no HTTP",
        lambda _, chance: chance.choice([*NO_HTTP, chance.randbytes(300)]),
        *ANYTHING,
        GIVEN_UP,
        patience=SHORT_SECONDS,
        share=0.3,
    ),
    _asked("unknown method", lambda target, chance: (chance.choice(METHODS), wire.infer_path(target)), *UNFIT, CLOSED),
    _asked(
        "long URL",
        lambda target, chance: ("POST", f"{wire.infer_path(target)}?{'a' * chance.randrange(5000, 90_000)}"),
        *ANYTHING,
    ),
    _asked(
        "unknown path",
        lambda _, chance: (
            "POST",
            chance.choice(["/", "/v1/models", "/v2", "/v2/models", "//", "*", "/../../etc/passwd"]),
        ),
        *UNFIT,
        ANSWERED,
        CLOSED,
    ),
    _asked("unknown model", _model_path, *UNFIT, CLOSED),
    _asked("unknown version", _version_path, *UNFIT, CLOSED),
    _asked("closed endpoint", _admin_path, REFUSED),
    sent("generate", _generate, ANSWERED, *UNFIT),
]
