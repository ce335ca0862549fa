"""Promise, in both pipelines: what one client sends is bounded in bytes, and what waits in requests and seconds. A
text that is too long is answered as its first tokens, or refused alone; who can't be answered in time gets 503 at
once; good requests are answered beside all that, and after it."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

from ask import infer_body, infer_grpc, infer_http, labels, post, until
from classifier import MAX_LENGTH
from rendering import KINDS
from slowed import RUN, serve_slowly
from triton import Triton

INFER = "/v2/models/ensemble_model/infer"
# Without it Triton 2.51 takes a body for a form, and ends by one of some megabytes (test_known_crashes.py).
JSON = {"Content-Type": "application/json"}
MiB = 1 << 20
SENTENCE = "The delivery had arrived late again and nobody could say why. "
# Where requests wait in a pool, which knows an order.
POOLED = ["fused", "ensemble"]


def test_a_text_of_a_megabyte_is_answered_as_its_first_tokens(either_server: Triton) -> None:
    infer_http(either_server, [SENTENCE * 1000])
    before = either_server.memory()
    for words in ("love " * (MAX_LENGTH - 2), "help " * (MAX_LENGTH - 2)):
        expected = infer_http(either_server, [words])
        for infer in (infer_http, infer_grpc):
            answer = infer(either_server, [words + SENTENCE * 16_000])
            assert labels(answer) == labels(expected)
            assert answer.as_numpy("scores") == pytest.approx(expected.as_numpy("scores"))
    # What came over the wire, in several copies; tokenised whole it would be more than 150 MiB.
    assert either_server.memory() - before < 64 * MiB


@pytest.mark.parametrize("text", ["." * 65_537, "love" * 200_000, " " * 100_000, "love " + "\u5929" * 30_000])
def test_one_that_can_not_be_cut_is_refused_alone(either_server: Triton, text: str) -> None:
    status, answer = post(either_server, INFER, infer_body(["help", text]), JSON)
    assert status == 400
    assert "text_input[1] is too long: no more than its first 655" in answer["error"]
    status, answer = post(either_server, INFER, infer_body(["." * 65_536]), JSON)
    assert status == 200


def test_a_request_over_the_limit_is_refused_with_both_numbers(either_server: Triton) -> None:
    status, answer = post(either_server, INFER, infer_body([SENTENCE * 80_000]), JSON)
    assert (status, "a request may have 1048576" in answer["error"]) == (400, True)
    status, answer = post(either_server, INFER, infer_body([SENTENCE * 5000] * 4), JSON)
    assert status == 400
    assert "text_input has 1240000 bytes; a request may have 1048576" in answer["error"]


def test_a_long_text_holds_nobody_up(either_server: Triton) -> None:
    """Texts that take seconds to tokenise, all together, and short ones that come after and are answered before."""
    long = json.dumps(infer_body(["a." * 32_000] * 4)).encode()
    with ThreadPoolExecutor(24) as pool:
        held = [pool.submit(post, either_server, INFER, long, JSON) for _ in range(24)]
        time.sleep(0.2)
        for _ in range(3):
            assert labels(infer_http(either_server, ["love"])) == ["joy"]
        assert not all(one.done() for one in held)
        assert {one.result()[0] for one in held} <= {200, 503}


def test_many_of_the_largest_requests_at_once(either_server: Triton) -> None:
    """More than the texts of which may wait to be tokenised: some are refused, and nothing worse."""
    for text in (SENTENCE * 1000, "a." * 32_000):
        body = json.dumps(infer_body([text] * 4)).encode()
        with ThreadPoolExecutor(32) as pool:
            outcomes = Counter(pool.map(lambda sent: post(either_server, INFER, sent, JSON)[0], [body] * 200))
        assert set(outcomes) <= {200, 503}
        assert outcomes[200] > 0
    assert labels(infer_http(either_server, ["love"])) == ["joy"]


@pytest.fixture(params=list(KINDS))
def slow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Triton]:
    """Few may wait, and not for long."""
    limits = {"waitSeconds": 2, "waitingRequests": 24}
    with serve_slowly(tmp_path, request.param, limits=limits) as server:
        yield server


def test_more_than_may_wait_are_refused_at_once_and_the_others_answered(slow: Triton) -> None:
    with ThreadPoolExecutor(80) as pool:
        outcomes = list(pool.map(lambda _: _outcome(slow), range(240)))
    assert set(outcomes) == {"joy", 503}
    assert 4 <= Counter(outcomes)["joy"] < 200
    until(lambda: refused(slow) == Counter(outcomes)[503])
    # The gate before the C++ backend's queue looks four times a second, and then knows that nobody waits any more.
    time.sleep(1)
    assert _outcome(slow) == "joy"


def test_requests_of_clients_that_have_gone_cost_no_more_than_the_wait(slow: Triton) -> None:
    """Over HTTP Triton 2.51 does not notice that a client has gone. What is left of a flood goes with its time."""
    _flood(slow, 400)
    until(lambda: _outcome(slow) == "joy")
    # Each run takes four of them.
    assert slow.log.count(RUN) < 60


@pytest.mark.parametrize("kind", [*POOLED, "behind"])
def test_a_clients_own_timeout_shortens_the_wait(tmp_path: Path, kind: str) -> None:
    body = infer_body(["love"]) | {"parameters": {"timeout": 200_000}}
    with serve_slowly(tmp_path, kind) as server:
        assert post(server, INFER, body, JSON)[0] == 200
        with ThreadPoolExecutor(132) as pool:
            crowd = [pool.submit(_outcome, server) for _ in range(120)]
            # A second's work and more for two cores, so that a slow look at the metrics does no harm.
            until(lambda: server.pending() >= 60)
            hasty = [pool.submit(post, server, INFER, body, JSON) for _ in range(12)]
            assert 503 in {one.result()[0] for one in hasty}
            assert {one.result() for one in crowd} == {"joy"}


# Two texts a run, so that a request of 64 takes 32 runs.
SMALL_RUNS = {"runCosts": {"call": 1, "tokens": 32}, "maxBatchSize": 64}
LARGE = ["love " * 12] * 64


def test_texts_of_a_cancelled_request_are_not_run(tmp_path: Path) -> None:
    """Over gRPC the fused model knows; it asks for what has waited for half a second."""
    with (
        serve_slowly(tmp_path, "fused", **SMALL_RUNS) as server,
        grpc.InferenceServerClient(server.grpc) as client,
    ):
        tensor = grpc.InferInput("text_input", [64, 1], "BYTES")
        tensor.set_data_from_numpy(np.array([[text.encode()] for text in LARGE], dtype=object))
        calls = [client.async_infer(server.api_name, [tensor], _ignore) for _ in range(6)]
        until(lambda: server.metric("triton_bert_pending_request_count") >= 3)
        for call in calls:
            call.cancel()
        until(lambda: server.pending() == 0)
        assert labels(infer_grpc(server, ["help"])) == ["distress"]
        # Of 192.
        assert server.log.count(RUN) < 60


@pytest.mark.parametrize("kind", POOLED)
def test_a_small_request_is_answered_among_large_ones(tmp_path: Path, kind: str) -> None:
    """It waits for a run or two, not for all that came before."""
    with serve_slowly(tmp_path, kind, **SMALL_RUNS) as server, ThreadPoolExecutor(8) as pool:
        large = [pool.submit(infer_http, server, LARGE) for _ in range(4)]
        until(lambda: server.log.count(RUN) >= 8)
        runs = server.log.count(RUN)
        assert labels(infer_http(server, ["help"])) == ["distress"]
        # Of 128; a few go by while the client gets ready.
        assert server.log.count(RUN) - runs < 30
        assert not any(one.done() for one in large)
        assert {tuple(labels(one.result())) for one in large} == {("joy",) * 64}


@pytest.mark.parametrize("kind", POOLED)
def test_large_requests_that_would_wait_too_long_are_refused_at_once(tmp_path: Path, kind: str) -> None:
    with serve_slowly(tmp_path, kind, **SMALL_RUNS, limits={"waitSeconds": 3}) as server:
        with ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(lambda _: _outcome(server, LARGE), range(12)))
        assert set(outcomes) == {"joy", 503}
        until(lambda: refused(server) == Counter(outcomes)[503])


@pytest.mark.parametrize("kind", POOLED)
def test_what_waits_inside_a_model_is_seen(tmp_path: Path, kind: str) -> None:
    with serve_slowly(tmp_path, kind, **SMALL_RUNS) as server, ThreadPoolExecutor(8) as pool:
        assert server.metric("triton_bert_pending_request_count") == 0
        large = [pool.submit(infer_http, server, LARGE) for _ in range(4)]
        most = 0.0
        while not all(one.done() for one in large):
            most = max(most, server.metric("triton_bert_pending_request_count"))
            time.sleep(0.1)
        assert most >= 1
        until(lambda: server.metric("triton_bert_pending_request_count") == 0)
        # Four requests of five seconds' work share two cores: each waits for a good part of ten seconds.
        assert server.metric("triton_bert_queue_duration_us") > 3_000_000


def refused(server: Triton) -> float:
    """As the alert counts them."""
    return server.metric("triton_bert_failures_total", fault="load")


def _outcome(server: Triton, texts: list[str] | None = None) -> Any:
    """The label, or the status of a refusal that says why."""
    status, answer = post(server, INFER, infer_body(texts or ["love"]), JSON)
    if status == 200:
        found = {output["name"]: output["data"] for output in answer["outputs"]}["predicts"]
        assert len(set(found)) == 1
        return found[0]
    assert any(words in answer["error"] for words in ("maximum queue size", "timeout expired", "wait")), answer
    return status


def _flood(server: Triton, count: int) -> None:
    """Sends requests, and hangs up before any of them is answered."""
    host, port = server.http.split(":")
    body = json.dumps(infer_body(["love"]))
    connections = [HTTPConnection(host, int(port)) for _ in range(count)]
    for connection in connections:
        connection.request("POST", INFER, body)
    for connection in connections:
        with closing(connection):
            pass


def _ignore(result: Any, error: InferenceServerException | None) -> None:
    """Nobody waits for these answers."""
