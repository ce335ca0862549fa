"""Promise, in both pipelines: under load every request gets its own right answer, the queue can be seen, nobody is
forgotten, and a server that is told to end answers what it has."""

import http.client
import json
import random
import select
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

from ask import infer_body, infer_grpc, infer_http, labels
from classifier import WORDS
from rendering import KINDS
from slowed import serve_slowly
from triton import Triton

PATIENCE_SECONDS = 20


@pytest.fixture(params=list(KINDS))
def slow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Triton]:
    """A server whose graph takes 150 ms a run, so that some requests wait."""
    with serve_slowly(tmp_path, request.param, maxBatchSize=16) as server:
        yield server


def _text(chance: random.Random, kind: str) -> str:
    return " ".join(chance.choices(WORDS[kind], k=chance.randint(1, 12)))


def test_an_answer_does_not_depend_on_who_is_served_beside(either_other_server: Triton) -> None:
    chance = random.Random(5)
    requests = [[_text(chance, chance.choice(list(WORDS))) for _ in range(chance.randint(1, 5))] for _ in range(60)]
    alone = [_scores(either_other_server, texts) for texts in requests]
    for _ in range(3):
        order = chance.sample(range(len(requests)), len(requests))
        with ThreadPoolExecutor(24) as pool:
            crowded = list(pool.map(lambda place: _scores(either_other_server, requests[place]), order))
        for place, answer in zip(order, crowded, strict=True):
            assert [label for label, _ in answer] == [label for label, _ in alone[place]]
            scores = [score for _, score in answer]
            assert scores == pytest.approx([score for _, score in alone[place]], abs=1e-5)


def test_the_queue_is_seen_while_it_lasts(slow: Triton) -> None:
    assert slow.pending() == 0
    with _in_flight(slow, 384, ["love"]) as connections:
        most = 0
        while not _readable(connections, seconds=0) or slow.pending() > 0:
            most = max(most, slow.pending())
        assert [_labels_from(connection) for connection in connections] == [["joy"]] * 384
    # Many of them: the fused model says how many wait in it every quarter of a second.
    assert most >= 96
    deadline = time.monotonic() + PATIENCE_SECONDS
    while slow.pending() > 0:
        assert time.monotonic() < deadline


def test_a_rare_length_is_not_starved(slow: Triton) -> None:
    """One long text among short ones that never stop, and the reverse: it is answered while they still come."""
    for rare, common in (("love " * 14, "love"), ("love", "love " * 14)):
        with ThreadPoolExecutor(50) as pool:
            crowd = [pool.submit(infer_http, slow, [common]) for _ in range(150)]
            labels(infer_http(slow, [rare]))
            left = sum(not one.done() for one in crowd)
            for one in crowd:
                one.result(PATIENCE_SECONDS)
        assert left > 0


def test_a_server_that_is_told_to_end_answers_what_it_has(slow: Triton) -> None:
    with _in_flight(slow, 96, ["help", "great"]) as connections:
        assert _readable(connections, PATIENCE_SECONDS)
        slow.ask_to_end()
        assert [_labels_from(connection) for connection in connections] == [["distress", "joy"]] * 96


def test_clients_that_give_up_do_not_hold_up_others(slow: Triton) -> None:
    with grpc.InferenceServerClient(slow.grpc) as client:
        tensor = grpc.InferInput("text_input", [1, 1], "BYTES")
        tensor.set_data_from_numpy(np.array([[b"love"]], dtype=object))
        calls = [client.async_infer(slow.api_name, [tensor], _ignore) for _ in range(60)]
        for call in calls:
            call.cancel()
        assert labels(infer_grpc(slow, ["help"])) == ["distress"]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while slow.pending() > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert slow.alive()
    assert labels(infer_grpc(slow, ["great"])) == ["joy"]


@contextmanager
def _in_flight(server: Triton, count: int, texts: list[str]) -> Iterator[list[http.client.HTTPConnection]]:
    """Requests that are sent, on connections that stood before: what a server has not accepted is not in flight."""
    with ExitStack() as stack:
        connections = [http.client.HTTPConnection(server.http, timeout=PATIENCE_SECONDS) for _ in range(count)]
        for connection in connections:
            stack.enter_context(closing(connection)).connect()
        body = json.dumps(infer_body(texts))
        for connection in connections:
            connection.request("POST", f"/v2/models/{server.api_name}/infer", body)
        yield connections


def _readable(connections: list[http.client.HTTPConnection], seconds: float) -> bool:
    """Whether an answer has come, or comes in time."""
    poll = select.poll()
    for connection in connections:
        poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _labels_from(connection: http.client.HTTPConnection) -> list[str]:
    answer = json.loads(connection.getresponse().read())
    outputs = {output["name"]: output["data"] for output in answer["outputs"]}
    found: list[str] = outputs["predicts"]
    return found


def _ignore(result: Any, error: InferenceServerException | None) -> None:
    """Nobody waits for these answers."""


def _scores(server: Triton, texts: list[str]) -> list[tuple[str, float]]:
    result = infer_grpc(server, texts)
    return list(zip(labels(result), result.as_numpy("scores").tolist(), strict=True))
