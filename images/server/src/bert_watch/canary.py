"""One short text, asked of the real model. In: Triton's HTTP port, and names. Out: whether a right answer came, a
broken one, or none yet; and how many requests were answered so far.

It goes first in a pool, by its id: no client knows the pod's UID, and nobody who reads the id learns it. Before the
C++ backend of an ensemble, which has no pool, it waits with the others. A connection whose answer is late stays open:
closing it would cancel the request, and a late answer still says that the model is alive. None is kept for the next
canary, since a server that is told to end waits for open connections. Source: Triton, "HTTP/REST and GRPC Protocol",
and its extension "statistics"."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import select
import socket
from dataclasses import dataclass
from typing import Any

from bert_watch.verdict import BROKEN, LATE, RIGHT, Counts

# The same that golden_probe.py asks where no answer is known.
TEXT = "triton-bert"
HOST = "127.0.0.1"
# To connect on the pod's own network, and to read some hundred bytes once they have begun to come.
IO_SECONDS = 1.0
HEADERS = {"Content-Type": "application/json", "Connection": "close"}
# The same in the models (bert_batching/engine.py).
ID_DIGITS = 32
# To be heard by a model that is about to end.
DRAIN_SECONDS = 0.3
# Connections on which a late answer is waited for.
MOST_LATE = 16
# What a full queue answers: such a server lives.
REFUSED = (429, 503)


@dataclass(frozen=True)
class Answer:
    canary: str
    because: str


class Canary:
    def __init__(self, port: int, model: str, behind: str | None, tensors: dict[str, Any], pod: str) -> None:
        """`behind`: the model whose calls are the runs of the graph, if there is one. `tensors`: as in golden.json."""
        self._port = port
        self._model = model
        self._behind = behind
        self._outputs = list(tensors["outputs"].values())
        text = {"name": tensors["text"], "shape": [1, 1], "datatype": "BYTES", "data": [TEXT]}
        secret = hashlib.sha256(pod.encode()).hexdigest()[:ID_DIGITS]
        self._body, self._last = (
            json.dumps({"id": f"{word}-{secret}", "inputs": [text]}).encode() for word in ("watch", "drain")
        )
        # On which the last request is under way, if one is: closing it would cancel that.
        self._draining: http.client.HTTPConnection | None = None
        # Those on which an answer is waited for, the oldest first.
        self._asked: list[http.client.HTTPConnection] = []

    def drain(self) -> None:
        """Tells the model that the server is about to end. The fused one then holds Triton's call until everything in
        its pool is answered; Triton knows of calls alone, and would end a second after the last."""
        self._draining = self._connection()
        with contextlib.suppress(OSError, http.client.HTTPException):
            self._request(self._draining, self._last)
            _readable([self._draining.sock], DRAIN_SECONDS)

    def send(self) -> Answer | None:
        """None: it is under way. Else why it is not."""
        if len(self._asked) > MOST_LATE:
            self._asked.pop(0).close()
        connection = self._connection()
        try:
            self._request(connection, self._body)
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            return _failed(problem)
        self._asked.append(connection)
        return None

    def wait(self, seconds: float) -> Answer:
        """The first answer that comes in time, to whichever canary."""
        sockets = {connection.sock: connection for connection in self._asked}
        ready = _readable(list(sockets), seconds)
        if not ready:
            return Answer(LATE, "no answer")
        connection = sockets[ready[-1]]
        self._asked.remove(connection)
        try:
            connection.sock.settimeout(IO_SECONDS)
            response = connection.getresponse()
            answer = self._judged(response.status, response.read())
        except (OSError, http.client.HTTPException) as problem:
            answer = _failed(problem)
        connection.close()
        return answer

    def close(self) -> None:
        """Nothing is waited for any more."""
        while self._asked:
            self._asked.pop().close()

    def counts(self) -> Counts | None:
        """What Triton has counted; None if it does not tell."""
        connection = self._connection()
        try:
            connection.request("GET", "/v2/models/stats")
            models = {each["name"]: each for each in json.loads(connection.getresponse().read())["model_stats"]}
            runs = 0 if self._behind is None else models[self._behind]["execution_count"]
            return Counts(models[self._model]["inference_stats"]["success"]["count"], runs)
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return None
        finally:
            connection.close()

    def _judged(self, status: int, body: bytes) -> Answer:
        if status in REFUSED:
            return Answer(LATE, f"HTTP {status}: {self._error(body)}")
        if status != 200:
            return Answer(BROKEN, f"HTTP {status}: {self._error(body)}")
        try:
            outputs = {output["name"]: output["data"] for output in json.loads(body)["outputs"]}
            right = all(outputs[name] and all(map(_is_value, outputs[name])) for name in self._outputs)
        except (ValueError, KeyError, TypeError):
            right = False
        return Answer(RIGHT, "the model answers") if right else Answer(BROKEN, "the answer lacks an output")

    def _error(self, body: bytes) -> str:
        """Triton's own words, in one line. They are about our text, so they quote nobody's."""
        try:
            return " ".join(str(json.loads(body)["error"]).split())
        except (ValueError, KeyError, TypeError):
            return "no reason given"

    def _request(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        connection.request("POST", f"/v2/models/{self._model}/infer", body, HEADERS)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self._port, timeout=IO_SECONDS)


def _is_value(value: Any) -> bool:
    """A text that is not empty, or a number."""
    return value != "" if isinstance(value, str) else isinstance(value, (int, float)) and value == value


def _readable(sockets: list[socket.socket], seconds: float) -> list[socket.socket]:
    """Those on which something has come, or comes in time. By poll: select knows no descriptor above 1023."""
    poll = select.poll()
    for each in sockets:
        poll.register(each, select.POLLIN)
    ready = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
    return [each for each in sockets if each.fileno() in ready]


def _failed(problem: Exception) -> Answer:
    if isinstance(problem, socket.timeout):
        return Answer(LATE, "no answer")
    return Answer(BROKEN, f"{type(problem).__name__}: {problem}")
