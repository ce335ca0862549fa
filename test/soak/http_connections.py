"""Clients that are odd in how they use a connection: slow, in a hurry, or gone. In: nothing. Out: KINDS."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import wire
from http_wire import BODY, SHORT_SECONDS
from kind import ANSWERED, BUSY, CLOSED, GIVEN_UP, REFUSED, SILENT, Kind, Send, Target

# Bytes of a slow client, and seconds between them.
DRIPS, DRIP_SECONDS = 12, 0.05
Use = Callable[[wire.Connection, bytes, Random], Awaitable[str]]


def _used(name: str, use: Use, *allowed: str, share: float = 1) -> Kind:
    """`use`: what the client does with its connection, and a good request."""

    async def send(target: Target, chance: Random) -> str:
        try:
            async with asyncio.timeout(30), wire.connected(target.http) as connection:
                return await use(connection, wire.post(wire.infer_path(target), BODY), chance)
        except TimeoutError:
            return SILENT
        except (OSError, asyncio.IncompleteReadError):
            return CLOSED

    return Kind(name, "http", send, allowed, share=share)


def _pipelined(good: bool) -> Send:
    """Several at once on one connection: each must get its own outcome, in order."""

    async def send(target: Target, chance: Random) -> str:
        one = wire.post(wire.infer_path(target), BODY)
        bad = wire.post(wire.infer_path(target), wire.encoded({"inputs": []}))
        count = chance.randrange(2, 9)
        places = range(count)
        odd = set() if good else set(chance.sample(places, 1))
        found = await wire.of_each(target.http, b"".join(bad if place in odd else one for place in places), count)
        wanted = [f"{REFUSED} 400" if place in odd else ANSWERED for place in places]
        if found == wanted:
            return f"{ANSWERED} in order"
        return CLOSED if found[-1] == CLOSED and found[:-1] == wanted[: len(found) - 1] else f"mixed up {found}"

    return send


async def _slow_body(connection: wire.Connection, whole: bytes, chance: Random) -> str:
    del chance
    head, end, body = whole.partition(b"\r\n\r\n")
    connection.writer.write(head + end)
    return await _drip(connection, body)


async def _slow_head(connection: wire.Connection, whole: bytes, chance: Random) -> str:
    del chance
    return await _drip(connection, whole)


async def _drip(connection: wire.Connection, data: bytes) -> str:
    size = -(-len(data) // DRIPS)
    for at in range(0, len(data), size):
        connection.writer.write(data[at : at + size])
        await connection.writer.drain()
        await asyncio.sleep(DRIP_SECONDS)
    return wire.of(await wire.read_answer(connection.reader))


async def _gone_in_the_middle(connection: wire.Connection, whole: bytes, chance: Random) -> str:
    connection.writer.write(whole[: chance.randrange(1, len(whole))])
    return await _go(connection, chance)


async def _gone_before_the_answer(connection: wire.Connection, whole: bytes, chance: Random) -> str:
    connection.writer.write(whole)
    await asyncio.sleep(chance.choice([0, 0.001, 0.005]))
    return await _go(connection, chance)


async def _go(connection: wire.Connection, chance: Random) -> str:
    """By FIN or by RST."""
    await connection.writer.drain()
    if chance.random() < 0.5:
        connection.reset()
    return GIVEN_UP


async def _deaf(connection: wire.Connection, whole: bytes, chance: Random) -> str:
    """Asks a hundred times, and reads nothing."""
    connection.writer.write(whole * 100)
    await connection.writer.drain()
    await asyncio.sleep(SHORT_SECONDS)
    return await _go(connection, chance)


async def _mute(connection: wire.Connection, _whole: bytes, chance: Random) -> str:
    await asyncio.sleep(SHORT_SECONDS * chance.random())
    return await _go(connection, chance)


async def _half_closed(connection: wire.Connection, whole: bytes, chance: Random) -> str:
    """Says that it will write no more, as some clients do, and waits."""
    del chance
    connection.writer.write(whole)
    connection.writer.write_eof()
    return wire.of(await wire.read_answer(connection.reader))


KINDS = [
    Kind("pipelined requests", "http", _pipelined(True), (ANSWERED, CLOSED), share=0.5),
    Kind("a bad one among pipelined requests", "http", _pipelined(False), (ANSWERED, CLOSED), share=0.5),
    _used("slow body", _slow_body, ANSWERED, REFUSED, share=0.1),
    # Triton takes a part of the path for the whole where the request line comes in two reads: 404.
    _used("slow head", _slow_head, ANSWERED, REFUSED, CLOSED, share=0.1),
    _used("gone in the middle of a request", _gone_in_the_middle, GIVEN_UP, CLOSED),
    _used("gone before the answer", _gone_before_the_answer, GIVEN_UP, CLOSED),
    _used("asks and does not read", _deaf, GIVEN_UP, CLOSED, share=0.05),
    _used("connects and says nothing", _mute, GIVEN_UP, CLOSED, share=0.5),
    _used("half closed", _half_closed, ANSWERED, BUSY, CLOSED),
]
