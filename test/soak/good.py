"""Good clients, in a process of their own, so that what the odd ones cost is not counted as waiting: each has a
connection that it keeps, over HTTP or gRPC, and sends its next request a moment after its answer. In (standard input):
a line of JSON (Asked), then a line for each kind of odd request that begins, empty for the last. Out: for each but the
first line, once all that was sent before it has ended, a line of JSON: what became of the requests since the last."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

import grpc
from tritonclient.grpc import service_pb2

import calls
import wire
from kind import PATIENCE_SECONDS, Target

# Scores depend by less on who else is in a batch (test/serving/test_under_load.py).
TOLERANCE = 1e-5
Answers = list[tuple[str, float]]


@dataclass(frozen=True)
class Asked:
    target: Target
    clients: int
    pauseSeconds: float
    known: list[tuple[list[str], Answers]]
    """Requests with their answers, taken before."""


@dataclass
class Beside:
    """Requests that were sent beside one kind of odd ones."""

    http: list[float] = field(default_factory=list)
    grpc: list[float] = field(default_factory=list)
    """Milliseconds of those that were answered rightly."""
    wrong: list[str] = field(default_factory=list)
    inFlight: int = 0


class HttpClient:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, texts: list[str]) -> Answers:
        if self._connection is None:
            host, port = self._target.http.split(":")
            self._connection = await asyncio.open_connection(host, int(port), limit=wire.HEAD_BYTES)
        reader, writer = self._connection
        writer.write(wire.post(wire.infer_path(self._target), wire.encoded({"inputs": [wire.tensor(*texts)]})))
        answer = await wire.read_answer(reader)
        if answer.last:
            await self.close()
        if answer.status != 200:
            raise ValueError(f"{answer.status} {answer.body[:200]!r}")
        outputs = {output["name"]: output["data"] for output in json.loads(answer.body)["outputs"]}
        return list(zip(outputs["predicts"], outputs["scores"], strict=True))

    async def close(self) -> None:
        if self._connection:
            self._connection[1].close()
        self._connection = None


class GrpcClient:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._channel = grpc.aio.insecure_channel(target.grpc, options=calls.OWN_CONNECTION)
        parse: Callable[[bytes], Any] = service_pb2.ModelInferResponse.FromString
        self._infer = self._channel.unary_unary(f"{calls.SERVICE}ModelInfer", response_deserializer=parse)

    async def ask(self, texts: list[str]) -> Answers:
        request = calls.infer_request(self._target, *(text.encode() for text in texts))
        answer = await self._infer(request.SerializeToString())
        raw = dict(zip((output.name for output in answer.outputs), answer.raw_output_contents, strict=True))
        scores = memoryview(raw["scores"]).cast("f").tolist()
        return list(zip(_strings(raw["predicts"]), scores, strict=True))

    async def close(self) -> None:
        """The channel connects anew by itself."""


def _strings(raw: bytes) -> list[str]:
    found, at = [], 0
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "little")
        found.append(raw[at + 4 : end].decode())
        at = end
    return found


def same(one: Answers, other: Answers) -> bool:
    labels = [label for label, _ in one] == [label for label, _ in other]
    return labels and all(abs(a - b) < TOLERANCE for (_, a), (_, b) in zip(one, other, strict=True))


class Stream:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.now = Beside()
        self.ended = False

    async def client(self, number: int, protocol: str) -> None:
        client = HttpClient(self._asked.target) if protocol == "http" else GrpcClient(self._asked.target)
        chance = Random(f"{number} {protocol}")
        while not self.ended:
            await asyncio.sleep(self._asked.pauseSeconds * 2 * chance.random())
            beside, (texts, known) = self.now, chance.choice(self._asked.known)
            beside.inFlight += 1
            began = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    found = await client.ask(texts)
                if not same(found, known):
                    raise ValueError(f"{texts}: {found}, not {known}")
                getattr(beside, protocol).append((time.perf_counter() - began) * 1000)
            except Exception as problem:
                # Whatever it is: this client did nothing wrong.
                beside.wrong.append(f"{protocol}: {type(problem).__name__} {problem}")
                await client.close()
            beside.inFlight -= 1

    async def turn(self) -> Beside:
        """What was sent until now, when it has ended."""
        before, self.now = self.now, Beside()
        while before.inFlight:
            await asyncio.sleep(0.001)
        return before


async def main() -> None:
    commands = asyncio.StreamReader(limit=wire.HEAD_BYTES)
    connect: Awaitable[object] = asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    await connect
    given = json.loads(await commands.readline())
    asked = Asked(**{**given, "target": Target(**given["target"]), "known": [tuple(one) for one in given["known"]]})
    stream = Stream(asked)
    numbers = [(number, protocol) for number in range(asked.clients) for protocol in ("http", "grpc")]
    clients = [asyncio.create_task(stream.client(*number)) for number in numbers]
    await commands.readline()
    await stream.turn()
    while line := await commands.readline():
        print(json.dumps(asdict(await stream.turn())), flush=True)
        if not line.strip():
            break
    stream.ended = True
    await asyncio.gather(*clients)


if __name__ == "__main__":
    asyncio.run(main())
