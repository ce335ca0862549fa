"""gRPC calls, down to bytes that are no message. In: a target, and what to send. Out: the outcome."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
from tritonclient.grpc import service_pb2

from kind import ANSWERED, BUSY, FAILED, GIVEN_UP, PATIENCE_SECONDS, REFUSED, SILENT, Target

SERVICE = "/inference.GRPCInferenceService/"
WORDS = {
    "RESOURCE_EXHAUSTED": BUSY,
    "UNAVAILABLE": BUSY,
    "INTERNAL": FAILED,
    "UNKNOWN": FAILED,
    "DATA_LOSS": FAILED,
    "CANCELLED": GIVEN_UP,
    "DEADLINE_EXCEEDED": GIVEN_UP,
}
# Channels to one address would share a connection otherwise.
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]
Metadata = Sequence[tuple[str, str | bytes]]


def infer_request(target: Target, *texts: bytes, **other: Any) -> Any:
    """A good request; `other`: fields of the message instead."""
    request = service_pb2.ModelInferRequest(model_name=target.model)
    request.inputs.add(name="text_input", datatype="BYTES", shape=[len(texts), 1]).contents.bytes_contents.extend(texts)
    for field, value in other.items():
        setattr(request, field, value)
    return request


@asynccontextmanager
async def channel_to(address: str) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(address, options=OWN_CONNECTION) as channel:
        yield channel


async def outcome(
    address: str,
    message: bytes,
    method: str = "ModelInfer",
    timeout: float = 0,
    metadata: Metadata = (),
    gzip: bool = False,
) -> str:
    """Of one call on a connection of its own. `timeout`: this client's deadline, which is meant to expire; else the
    server has PATIENCE_SECONDS."""
    path = method if method.startswith("/") else SERVICE + method
    async with channel_to(address) as channel:
        call = channel.unary_unary(path)
        compression = grpc.Compression.Gzip if gzip else grpc.Compression.NoCompression
        try:
            await call(message, timeout=timeout or PATIENCE_SECONDS, metadata=metadata, compression=compression)
        except grpc.aio.AioRpcError as problem:
            return of(problem, meant=timeout > 0)
        return ANSWERED


async def cancelled(address: str, message: bytes, after: float) -> str:
    """Of a call that its client takes back."""
    async with channel_to(address) as channel:
        call = channel.unary_unary(SERVICE + "ModelInfer")(message, timeout=PATIENCE_SECONDS)
        await asyncio.sleep(after)
        call.cancel()
        try:
            await call
        except asyncio.CancelledError:
            return GIVEN_UP
        except grpc.aio.AioRpcError as problem:
            return of(problem)
        return ANSWERED


async def streamed(address: str, messages: Sequence[bytes], drop_after: int | None = None) -> str:
    """Of a stream that its client drops after so many answers, or closes and reads to its end."""
    async with channel_to(address) as channel:
        stream = channel.stream_stream(SERVICE + "ModelStreamInfer")(timeout=PATIENCE_SECONDS)
        try:
            for message in messages:
                await stream.write(message)
            if drop_after is None:
                await stream.done_writing()
                while await stream.read() is not grpc.aio.EOF:
                    pass
                return of_code(await stream.code())
            for _ in range(drop_after):
                await stream.read()
        except grpc.aio.AioRpcError as problem:
            return of(problem)
        except asyncio.InvalidStateError:
            # The server has ended the call before all was written.
            return of_code(await stream.code())
        stream.cancel()
        return GIVEN_UP


def of(problem: Any, meant: bool = False) -> str:
    silent = problem.code() is grpc.StatusCode.DEADLINE_EXCEEDED and not meant
    return SILENT if silent else of_code(problem.code())


def of_code(code: Any) -> str:
    return ANSWERED if code is grpc.StatusCode.OK else f"{WORDS.get(code.name, REFUSED)} {code.name}"
