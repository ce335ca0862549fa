"""HTTP as bytes, since no HTTP library would send what is sent here. In: a target, and bytes. Out: the answer, or the
outcome of it."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kind import ANSWERED, BUSY, CLOSED, FAILED, GIVEN_UP, PATIENCE_SECONDS, REFUSED, SILENT, Target

# Longest head of an answer; the headers of Triton take some hundred bytes.
HEAD_BYTES = 1 << 20


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def last(self) -> bool:
        """The server has said goodbye with it."""
        return self.headers.get("connection", "").lower() == "close"


@dataclass(frozen=True)
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def reset(self) -> None:
        """Ends it as a client does that is killed: RST, no FIN."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


def infer_path(target: Target) -> str:
    return f"/v2/models/{target.model}/infer"


def tensor(*texts: str, **other: object) -> dict[str, object]:
    return {"name": "text_input", "shape": [len(texts), 1], "datatype": "BYTES", "data": list(texts), **other}


def encoded(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def head(method: str, path: str, headers: Mapping[str, object], version: str = "HTTP/1.1") -> bytes:
    lines = [f"{method} {path} {version}", "Host: soak", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def post(path: str, body: bytes, headers: Mapping[str, object] | None = None) -> bytes:
    defaults: dict[str, object] = {"Content-Type": "application/json", "Content-Length": len(body)}
    return head("POST", path, {**defaults, **(headers or {})}) + body


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Connection]:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=HEAD_BYTES)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader, has_body: bool = True) -> Answer:
    """The next final answer. Raises OSError or IncompleteReadError if the connection ends before it does."""
    while True:
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        code = int(status.split(" ")[1])
        if code >= 200:
            body = await _body(reader, headers) if has_body else b""
            return Answer(code, headers, body)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return await reader.read()
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


async def outcome(address: str, data: bytes, patience: float = 0, has_body: bool = True) -> str:
    """Of one request on a connection of its own. `patience`: seconds after which this client gives up, as it is meant
    to; else the server has PATIENCE_SECONDS."""
    try:
        async with asyncio.timeout(patience or PATIENCE_SECONDS), connected(address) as connection:
            connection.writer.write(data)
            return of(await read_answer(connection.reader, has_body))
    except TimeoutError:
        return GIVEN_UP if patience else SILENT
    except (OSError, asyncio.IncompleteReadError):
        return CLOSED


def of(answer: Answer) -> str:
    if answer.status == 200:
        return ANSWERED
    if answer.status in (429, 503):
        return f"{BUSY} {answer.status}"
    return f"{REFUSED if answer.status < 500 else FAILED} {answer.status}"


async def of_each(address: str, data: bytes, count: int) -> list[str]:
    """Outcomes of several requests that are sent at once on one connection; less than `count` if it ends sooner."""
    found: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), connected(address) as connection:
            connection.writer.write(data)
            while len(found) < count:
                found.append(of(await read_answer(connection.reader)))
    except TimeoutError:
        found.append(SILENT)
    except (OSError, asyncio.IncompleteReadError):
        found.append(CLOSED)
    return found
