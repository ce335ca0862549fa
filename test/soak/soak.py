"""Sends every kind of odd request to one server, beside a steady stream of good ones. In: addresses. Out: a table on
standard output, all figures in a file, and exit code 1 if anything went wrong: a good request that was not answered as
it was before, an outcome that a kind does not allow, a process that is another one, memory that stays.

`python test/soak/soak.py --http HOST:PORT --grpc HOST:PORT --metrics HOST:PORT --model NAME`, with the python of the
serving tests' environment. `npm run soak` starts servers, and calls this for each (servers.py)."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random

import good
import report
import wire
from kind import ANSWERED, SILENT, Kind, Limits, Target
from kinds import kinds, share_out, title
from processes import State, Watch, growth_problems

ODD_CLIENTS, GOOD_CLIENTS = 4, 4
# What of kind.NEEDS nobody can tell from outside.
BEARABLE = ("cancellation",)
GOOD_PAUSE_SECONDS = 0.02
# A text has words of one mood and others in a ratio of its own: scores differ, so an answer to another request would be
# noticed, and no two labels are equally likely, so a last bit can't change one.
MOODS = (["love", "great", "люблю"], ["help", "lost", "помогите"], ["report", "table", "отчёт"])
OTHER_WORDS = ["machine", "works", "so", "it", "goes"]
GOOD_REQUESTS = 40
WARM_UP_SECONDS = 2


@dataclass
class Row:
    """What became of one kind, and of the good requests beside it."""

    kind: str
    sent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    beside: good.Beside = field(default_factory=good.Beside)
    memory: float = 0
    problems: list[str] = field(default_factory=list)


class GoodStream:
    """The process of good.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._asks, self._says = process, process.stdin, process.stdout

    async def begin(self, asked: good.Asked) -> None:
        self._asks.write(json.dumps(asdict(asked)).encode() + b"\nbegin\n")
        await self._asks.drain()

    async def turn(self) -> good.Beside:
        self._asks.write(b"next\n")
        await self._asks.drain()
        return good.Beside(**json.loads(await self._says.readline()))


@asynccontextmanager
async def good_stream(target: Target) -> AsyncIterator[GoodStream]:
    pipe = asyncio.subprocess.PIPE
    program = [sys.executable, str(Path(good.__file__))]
    # A line holds the times of all requests beside one kind.
    process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe, limit=wire.HEAD_BYTES * 64)
    try:
        stream = GoodStream(process)
        known = await _known(target)
        await stream.begin(good.Asked(replace(target, limits=None), GOOD_CLIENTS, GOOD_PAUSE_SECONDS, known))
        await asyncio.sleep(WARM_UP_SECONDS)
        await stream.turn()
        yield stream
    finally:
        process.kill()
        await process.wait()


async def _known(target: Target) -> list[tuple[list[str], good.Answers]]:
    """Good requests with their answers, while nobody else asks."""
    chance, client = Random(1), good.HttpClient(target)
    requests = [[_text(chance) for _ in range(chance.randint(1, min(3, target.batch)))] for _ in range(GOOD_REQUESTS)]
    known = [(texts, await client.ask(texts)) for texts in requests]
    await client.close()
    return known


def _text(chance: Random) -> str:
    words = chance.choices(chance.choice(MOODS), k=chance.randint(1, 7))
    words += chance.choices(OTHER_WORDS, k=chance.randint(0, 7))
    return " ".join(chance.sample(words, len(words)))


async def send_all(target: Target, kind: Kind, count: int, seconds: float, seed: int) -> Row:
    """`count` requests by ODD_CLIENTS, spread over `seconds` if the server is quick enough; fewer if it falls silent,
    lest each of them wait for it."""
    row, began = Row(title(kind)), time.monotonic()
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            await asyncio.sleep(began + seconds * number / count - time.monotonic())
            found = await kind.send(target, Random(f"{seed} {row.kind} {number}"))
            row.sent += 1
            row.outcomes[found] += 1
            if not kind.allows(found):
                row.problems.append(f"request {number} of seed {seed}: {found}, allowed: {', '.join(kind.allowed)}")
            if row.outcomes[SILENT]:
                return

    await asyncio.gather(*(client() for _ in range(ODD_CLIENTS)))
    return row


async def soak(watch: Watch, chosen: list[Kind], requests: int, seconds: float, seed: int) -> tuple[State, list[Row]]:
    """The server's state before, and a row for each kind; it ends with the kind that ends the server."""
    counts, rows = share_out(requests, chosen), []
    async with good_stream(watch.target) as stream:
        before = await watch.state()
        print(report.HEAD)
        for kind in chosen:
            row = await send_all(watch.target, kind, counts[title(kind)], seconds, seed)
            rows.append(row)
            row.beside = await stream.turn()
            row.problems += row.beside.wrong
            row.problems += [] if row.beside.http and row.beside.grpc else ["no good request was answered beside it"]
            gone = await watch.problems(before)
            row.problems += gone
            row.memory = 0 if gone else (await watch.state()).memory
            print(report.text_of(report.line_of(row)), flush=True)
            if gone:
                break
    return before, rows


async def run(options: argparse.Namespace) -> int:
    limits = Limits(options.text_bytes, options.request_bytes) if options.text_bytes else None
    fronts = {"http gateway": options.http_gateway, "grpc gateway": options.grpc_gateway}
    given = {name for name, address in fronts.items() if address} | ({"limits"} if limits else set())
    given |= set(options.bears)
    inner = await wire.outcome(options.http, wire.head("GET", "/v2/models/post_processing/ready", {}))
    given |= {"inner models"} if inner == ANSWERED else set()
    http, grpc = options.http_gateway or options.http, options.grpc_gateway or options.grpc
    target = Target(http, grpc, options.model, await _batch(options), limits)
    watch = Watch(target, options.http, options.metrics, options.process)
    before, rows = await soak(watch, kinds(given, options.only), options.requests, options.seconds, options.seed)
    problems = [f"{row.kind}: {problem}" for row in rows for problem in row.problems]
    alive = not await watch.problems(before)
    after = await watch.idle() if alive else State()
    problems += growth_problems(before, after, options.growth) if alive else []
    figures = report.figures(rows, before, after, problems)
    print(report.end(figures))
    if options.out:
        options.out.write_text(json.dumps(asdict(figures)) + "\n", encoding="utf-8")
    return 1 if problems else 0


async def _batch(options: argparse.Namespace) -> int:
    async with wire.connected(options.http) as connection:
        connection.writer.write(wire.head("GET", f"/v2/models/{options.model}/config", {}))
        return int(json.loads((await wire.read_answer(connection.reader)).body)["max_batch_size"])


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("http", "grpc", "metrics"):
        parser.add_argument(f"--{name}", required=True, help="HOST:PORT of Triton")
    parser.add_argument("--model", required=True)
    parser.add_argument(
        "--process", type=int, help="id of the server on this machine: its memory and children are watched"
    )
    for name in ("http-gateway", "grpc-gateway"):
        parser.add_argument(
            f"--{name}", help="HOST:PORT before Triton: all requests go there, those that end Triton too"
        )
    add_extent(parser)
    parser.add_argument("--out", type=Path, help="also write all figures to this file")
    return parser


def add_extent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--requests", type=int, default=20_000, help="odd ones, to each server (default: 20000)")
    parser.add_argument("--seconds", type=float, default=1.5, help="that each kind takes at least (default: 1.5)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[], metavar="PART", help="kinds whose title contains it")
    parser.add_argument("--text-bytes", type=int, default=65536, help="limit of the models; 0: no text near it is sent")
    parser.add_argument("--request-bytes", type=int, default=1 << 20, help="the same for a request (default: 1 MiB)")
    parser.add_argument(
        "--bears", nargs="+", default=[], choices=BEARABLE, help="also send what harms servers that do not: kind.py"
    )
    parser.add_argument("--growth", type=float, default=150, help="MiB that a server may have grown by (default: 150)")


if __name__ == "__main__":
    sys.exit(asyncio.run(run(parser().parse_args())))
