"""Clients of a service, all in this one cheap process, each with a connection of its own that it keeps alive; each
sends its next text when it has its answer. In: on standard input a line of JSON (Options), then lines
{"clients": n, "pause": s} whenever the number of clients, or their pause between two requests, is to change. Out: once
a second a line of JSON with the totals so far; after standard input is closed, when all that was in flight has ended,
the last one.

sent = answered + failed, exactly. Nothing is tried again. A request fails with any other status than success, with a
label other than the one expected, with a connection that ends before its answer, and after 60 seconds."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Options:
    protocol: str
    address: str
    model: str
    texts: list[tuple[str, str]]
    """Each with the label that it must get."""
    connectionSeconds: float
    """A connection of this age is closed after its answer, as a pool of connections does; 0: never."""


@dataclass
class Problem:
    """What failed requests saw: times of day, to be compared with the logs of a cluster."""

    first: str
    last: str
    times: int = 0


@dataclass
class Totals:
    clients: int = 0
    sent: int = 0
    answered: int = 0
    failed: int = 0
    connections: int = 0
    problems: dict[str, Problem] = field(default_factory=dict)

    def fail(self, text: str) -> None:
        now = datetime.now(UTC).isoformat()
        problem = self.problems.setdefault(text, Problem(first=now, last=now))
        problem.last = now
        problem.times += 1
        self.failed += 1


class Failure(Exception):
    """Why a request has no right answer."""


class HttpConnection:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.dismissed = False

    async def open(self) -> None:
        host, port = self.options.address.split(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))

    def ended(self) -> bool:
        """The server has said goodbye, with its answer or after it, which is its right (RFC 9112, section 9.6)."""
        return self.dismissed or self.reader.at_eof()

    async def ask(self, text: str) -> str:
        inputs = [{"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": [text]}]
        body = json.dumps({"inputs": inputs}).encode()
        post = f"POST /v2/models/{self.options.model}/infer HTTP/1.1\r\nHost: load\r\n"
        head = f"{post}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            self.writer.write(head.encode() + body)
            status, *headers = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            self.dismissed = any(line.lower() == "connection: close" for line in headers)
            lengths = [line.split(":")[1] for line in headers if line.lower().startswith("content-length:")]
            answer = await self.reader.readexactly(int(lengths[0]) if lengths else 0)
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise Failure(f"the connection ended before the answer: {type(problem).__name__}") from problem
        if status.split(" ")[1] != "200":
            raise Failure(f"{status}: {answer[:200].decode(errors='replace')}")
        outputs = json.loads(answer)["outputs"]
        return str(next(output for output in outputs if output["name"] == "predicts")["data"][0])

    async def close(self) -> None:
        self.writer.close()


class GrpcConnection:
    def __init__(self, options: Options) -> None:
        self.options = options

    async def open(self) -> None:
        import grpc
        from tritonclient.grpc import service_pb2, service_pb2_grpc

        self.grpc, self.messages = grpc, service_pb2
        # Without it all channels of a process to one address share a connection.
        own = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.aio.insecure_channel(self.options.address, options=own)
        self.stub = service_pb2_grpc.GRPCInferenceServiceStub(self.channel)

    def ended(self) -> bool:
        """The channel sees to it by itself."""
        return False

    async def ask(self, text: str) -> str:
        request = self.messages.ModelInferRequest(model_name=self.options.model)
        tensor = request.inputs.add(name="text_input", datatype="BYTES", shape=[1, 1])
        tensor.contents.bytes_contents.append(text.encode())
        request.outputs.add(name="predicts")
        try:
            answer = await self.stub.ModelInfer(request)
        except self.grpc.aio.AioRpcError as problem:
            raise Failure(f"{problem.code().name}: {problem.details()}") from problem
        raw = answer.raw_output_contents[0]
        return str(raw[4 : 4 + int.from_bytes(raw[:4], "little")].decode())

    async def close(self) -> None:
        await self.channel.close()


class OfficialConnection:
    """tritonclient.http as it comes. It blocks, and its sockets belong to the thread that opened them."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.thread = ThreadPoolExecutor(1)

    async def open(self) -> None:
        from tritonclient import http

        patience = {"connection_timeout": PATIENCE_SECONDS, "network_timeout": PATIENCE_SECONDS}
        self.tensor = http.InferInput("text_input", [1, 1], "BYTES")
        self.client = await self.run(lambda: http.InferenceServerClient(self.options.address, **patience))

    def ended(self) -> bool:
        """The client sees to it by itself."""
        return False

    async def ask(self, text: str) -> str:
        import numpy as np

        def infer() -> str:
            self.tensor.set_data_from_numpy(np.array([[text.encode()]], dtype=object))
            result = self.client.infer(self.options.model, [self.tensor])
            return str(result.as_numpy("predicts")[0].decode())

        try:
            return await self.run(infer)
        except Exception as problem:
            # It raises what gevent, the socket or Triton raise.
            raise Failure(f"{type(problem).__name__}: {problem}") from problem

    async def close(self) -> None:
        await self.run(self.client.close)
        self.thread.shutdown()

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)


Connection = HttpConnection | GrpcConnection | OfficialConnection
CONNECTIONS: dict[str, type[HttpConnection] | type[GrpcConnection] | type[OfficialConnection]] = {
    "http": HttpConnection,
    "grpc": GrpcConnection,
    "tritonclient": OfficialConnection,
}


class Load:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.totals = Totals()
        self.wanted, self.pause = 0, 0.0
        self.choice = random.Random(1)

    async def client(self, number: int) -> None:
        connection: Connection | None = None
        opened = 0.0
        while number < self.wanted:
            limit = self.options.connectionSeconds
            if connection and (connection.ended() or (limit and time.monotonic() - opened > limit)):
                await connection.close()
                connection = None
            text, label = self.choice.choice(self.options.texts)
            self.totals.sent += 1
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    if connection is None:
                        connection, opened = CONNECTIONS[self.options.protocol](self.options), time.monotonic()
                        self.totals.connections += 1
                        await connection.open()
                    found = await connection.ask(text)
                if found != label:
                    raise Failure(f"{text!r} is {found}, not {label}")
                self.totals.answered += 1
            except (Failure, OSError, TimeoutError) as problem:
                self.totals.fail(f"{type(problem).__name__} {problem}")
                connection = None
                await asyncio.sleep(0.1)
            await asyncio.sleep(self.pause)
        if connection:
            await connection.close()

    async def run(self, commands: asyncio.StreamReader) -> None:
        running: dict[int, asyncio.Task[None]] = {}
        while line := await commands.readline():
            command = json.loads(line)
            self.wanted, self.pause = command["clients"], command.get("pause", 0.0)
            self.totals.clients = self.wanted
            for number in range(self.wanted):
                if number not in running or running[number].done():
                    running[number] = asyncio.create_task(self.client(number))
        self.wanted = 0
        await asyncio.gather(*running.values())

    def report(self) -> None:
        print(json.dumps(asdict(self.totals)), flush=True)


async def every_second(do: Callable[[], None]) -> None:
    while True:
        do()
        await asyncio.sleep(1)


async def main() -> None:
    commands = asyncio.StreamReader()
    connect: Awaitable[object] = asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    await connect
    load = Load(Options(**json.loads(await commands.readline())))
    reports = asyncio.create_task(every_second(load.report))
    await load.run(commands)
    reports.cancel()
    load.totals.clients = 0
    load.report()


if __name__ == "__main__":
    asyncio.run(main())
