"""What a kind of odd request is: a row of data. The files beside this one hold the rows. In: nothing. Out: the types,
and the words for what may come back.

An outcome is one of the words, HTTP's or gRPC's status after it: "refused 400". A row that allows "refused" allows it
with any status; one that allows "refused 400" only that."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

ANSWERED = "answered"
# The client's fault, said so: 4xx.
REFUSED = "refused"
# 5xx: Triton says 500 where it can't read a JSON, too.
FAILED = "failed"
# The server's queue is full, or something before the model has a limit.
BUSY = "busy"
# The server ends the connection without an answer.
CLOSED = "closed"
# It is the client that ends it, which is what the kind is about.
GIVEN_UP = "given up"
# No row allows it: nothing came within PATIENCE_SECONDS.
SILENT = "silent"

PATIENCE_SECONDS = 30

NEEDS = {
    "limits": "the models refuse texts over a limit in bytes",
    "cancellation": "calls that are taken back do not end Triton, and leave no connection open",
    "inner models": "the models behind the ensemble can be called",
    "http gateway": "something before Triton refuses over HTTP what would end it, or fail others",
    "grpc gateway": "the same over gRPC",
}


@dataclass(frozen=True)
class Limits:
    """The server's, in bytes (option serving.limits)."""

    text: int
    request: int


@dataclass(frozen=True)
class Target:
    """Addresses are host:port."""

    http: str
    grpc: str
    model: str
    # The most texts that a request may have; the server says it.
    batch: int
    # None: the server is not known to have any.
    limits: Limits | None = None


Send = Callable[[Target, Random], Awaitable[str]]


@dataclass(frozen=True)
class Kind:
    name: str
    protocol: str
    # Sends one request, whose details come from the given source of chance; the outcome.
    send: Send
    allowed: tuple[str, ...]
    # What a server must have to bear it, one of NEEDS; empty: nothing.
    needs: str = ""
    # How many to send by how many of the others: those that take long come less often.
    share: float = 1

    def allows(self, outcome: str) -> bool:
        return any(outcome == one or outcome.startswith(f"{one} ") for one in self.allowed)
