"""All kinds of odd requests. In: what stands before the models. Out: the kinds to send."""

from collections.abc import Collection

import crashes
import grpc_calls
import grpc_requests
import http_binary
import http_bodies
import http_connections
import http_wire
import inner_models
import odd_texts
from kind import Kind

_ROOMS = (
    http_bodies,
    http_binary,
    http_wire,
    http_connections,
    grpc_requests,
    grpc_calls,
    odd_texts,
    inner_models,
    crashes,
)
ALL: list[Kind] = [kind for room in _ROOMS for kind in room.KINDS]


def title(kind: Kind) -> str:
    """Unlike its name, no other has it."""
    return f"{kind.protocol}: {kind.name}"


def kinds(given: Collection[str], only: Collection[str] = ()) -> list[Kind]:
    """Those that need nothing but what is given; or, of these, those whose title contains one of `only`."""
    able = [kind for kind in ALL if not kind.needs or kind.needs in given]
    return [kind for kind in able if not only or any(part in title(kind) for part in only)]


def share_out(requests: int, chosen: list[Kind]) -> dict[str, int]:
    """How many of each, at least so many in all."""
    whole = sum(kind.share for kind in chosen)
    return {title(kind): max(1, -int(-requests * kind.share // whole)) for kind in chosen}
