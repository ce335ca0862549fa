"""Calls that are odd as gRPC, whatever they ask for. In: nothing. Out: KINDS."""

from random import Random

import calls
import wire
from grpc_requests import TEXT, UNFIT
from kind import ANSWERED, BUSY, CLOSED, FAILED, GIVEN_UP, REFUSED, Kind, Target

SHORT_SECONDS = 0.2


def _good(target: Target) -> bytes:
    message: bytes = calls.infer_request(target, TEXT).SerializeToString()
    return message


def _bad(target: Target) -> bytes:
    message: bytes = calls.infer_request(target).SerializeToString()
    return message


async def _no_message(target: Target, chance: Random) -> str:
    good = _good(target)
    return await calls.outcome(
        target.grpc, chance.choice([chance.randbytes(99), good[:-3], b"\xff" * 50, good + b"\x00"])
    )


async def _id_no_utf8(target: Target, _: Random) -> str:
    # Field 3, two bytes: protobuf strings must be UTF-8, which a library would see to.
    return await calls.outcome(target.grpc, _good(target) + b"\x1a\x02\xff\xfe")


async def _cancelled(target: Target, chance: Random) -> str:
    return await calls.cancelled(target.grpc, _good(target), chance.choice([0, 0.001, 0.003, 0.01]))


async def _expired(target: Target, chance: Random) -> str:
    return await calls.outcome(target.grpc, _good(target), timeout=chance.choice([0.000001, 0.001, 0.003]))


async def _stream_dropped(target: Target, chance: Random) -> str:
    sent = chance.randrange(6)
    return await calls.streamed(target.grpc, [_good(target)] * sent, chance.randrange(sent + 1))


async def _odd_stream(target: Target, chance: Random) -> str:
    messages = [chance.choice([_good(target), _bad(target), b""]) for _ in range(5)]
    return await calls.streamed(target.grpc, messages)


async def _odd_stream_dropped(target: Target, _: Random) -> str:
    return await calls.streamed(target.grpc, [_bad(target)], 1)


async def _garbage_in_stream(target: Target, chance: Random) -> str:
    return await calls.streamed(target.grpc, [_good(target), b"\xff" + chance.randbytes(50)])


async def _unknown_method(target: Target, chance: Random) -> str:
    methods = ["Nothing", "", "/nobody.Service/Do", "/x", "/inference.GRPCInferenceService/modelinfer"]
    return await calls.outcome(target.grpc, _good(target), method=chance.choice(methods))


async def _closed_method(target: Target, chance: Random) -> str:
    methods = ["SystemSharedMemoryRegister", "RepositoryIndex", "RepositoryModelLoad", "LogSettings", "TraceSetting"]
    return await calls.outcome(target.grpc, b"", method=chance.choice(methods))


async def _other_method(target: Target, chance: Random) -> str:
    methods = ["ModelReady", "ModelMetadata", "ModelConfig", "ModelStatistics", "ServerMetadata", "ServerLive"]
    return await calls.outcome(
        target.grpc, chance.choice([b"", b"\x0a\x06nobody", b"\xff"]), method=chance.choice(methods)
    )


async def _long_metadata(target: Target, chance: Random) -> str:
    return await calls.outcome(target.grpc, _good(target), metadata=[("x-long", "a" * chance.randrange(1000, 100_000))])


async def _no_http2(target: Target, chance: Random) -> str:
    # PRI is where HTTP/2 begins; a frame of nobody's type, one that is too large, a ping without end.
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    frames = [b"\x00\x00\x04\xee\x00\x00\x00\x00\x00abcd", b"\xff\xff\xff\x00\x00\x00\x00\x00\x01", b"\x00\x00\x08\x06"]
    odd = [
        chance.randbytes(200),
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"",
        *(preface + one for one in frames),
    ]
    return await wire.outcome(target.grpc, chance.choice(odd), SHORT_SECONDS)


KINDS = [
    Kind("no message", "grpc", _no_message, (*UNFIT, ANSWERED)),
    Kind("id that is no UTF-8", "grpc", _id_no_utf8, UNFIT),
    # A call that is taken back while it begins ends Triton 2.51 in one of some ten thousand (server: issue 7368), and a
    # stream that is dropped after an error keeps its connection for ever.
    Kind("cancelled", "grpc", _cancelled, (ANSWERED, GIVEN_UP), "cancellation"),
    Kind("deadline expired", "grpc", _expired, (ANSWERED, GIVEN_UP), "cancellation"),
    Kind("stream dropped", "grpc", _stream_dropped, (GIVEN_UP,), "cancellation"),
    Kind("stream dropped after an error", "grpc", _odd_stream_dropped, (GIVEN_UP,), "cancellation"),
    Kind("good and bad in one stream", "grpc", _odd_stream, (ANSWERED, REFUSED, FAILED)),
    Kind("no message in a stream", "grpc", _garbage_in_stream, (ANSWERED, REFUSED, FAILED, BUSY)),
    Kind("unknown method", "grpc", _unknown_method, (REFUSED,)),
    Kind("closed method", "grpc", _closed_method, (REFUSED, BUSY)),
    Kind("other methods, of nobody", "grpc", _other_method, (ANSWERED, REFUSED, FAILED)),
    Kind("long metadata", "grpc", _long_metadata, (ANSWERED, BUSY, REFUSED)),
    Kind("no HTTP/2", "grpc", _no_http2, (CLOSED, GIVEN_UP, REFUSED, FAILED), share=0.3),
]
