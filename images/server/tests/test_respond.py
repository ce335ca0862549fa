"""One response for each request; a bug is told to the client as such, and to the log without what a user wrote."""

import importlib
import json
import sys
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bert_serving.errors import BadRequest, Overloaded

NOW = time.perf_counter()


@pytest.fixture
def module(log: list[str]) -> Any:
    assert log == []
    return importlib.import_module("bert_serving.respond")


@pytest.fixture
def metrics(module: Any) -> Iterator[Any]:
    made = module.Metrics()
    yield made
    made.close()


@pytest.fixture
def responder(module: Any, metrics: Any) -> Any:
    responder = module.Responder("m", metrics)
    metrics.start()
    return responder


def request(name: str = "r-1") -> Any:
    return SimpleNamespace(request_id=lambda: name)


def test_arrays_become_tensors(responder: Any) -> None:
    answer = responder.respond("1", {"logits": np.zeros(1)}, NOW)
    assert answer.error is None
    assert [tensor.name for tensor in answer.tensors] == ["logits"]


def test_a_bad_request_is_invalid_and_says_why(responder: Any, log: list[str]) -> None:
    answer = responder.respond("1", BadRequest("text_input[0] is empty"), NOW)
    assert (str(answer.error), answer.error.code) == ("text_input[0] is empty", "INVALID_ARG")
    assert json.loads(log[0])["because"] == "text_input[0] is empty"


def test_a_bug_is_internal_and_its_message_stays_out_of_log_and_answer(
    module: Any, responder: Any, log: list[str]
) -> None:
    def work(_request: Any) -> Any:
        raise KeyError("what the user wrote")

    answer = responder.respond("1", module.attempt(work, request()), NOW)
    assert (str(answer.error), answer.error.code) == ("internal error", "INTERNAL")
    told = json.loads(log[0])
    assert (told["event"], told["kind"]) == ("bug", "KeyError")
    assert any(place.startswith("work:") for place in told["at"])
    assert "wrote" not in log[0]


def test_an_id_cannot_break_a_line_or_carry_a_text(module: Any, responder: Any, log: list[str]) -> None:
    responder.respond(module.request_id(request("a\nb" + "x" * 1000)), BadRequest("no"), NOW)
    assert "\n" not in log[0]
    assert len(json.loads(log[0])["request"]) == 64


def test_failures_are_counted_by_whose_fault_they_are_and_written_by_one_thread(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads in one of python_backend's metrics ended the process by a fault."""
    made: list[Any] = []
    family = sys.modules["triton_python_backend_utils"].MetricFamily
    metric = family.Metric

    def noted(self: Any, labels: dict[str, str]) -> Any:
        one = metric(self, labels)
        if "fault" in labels:
            made.append(one)
        return one

    monkeypatch.setattr(family, "Metric", noted)
    metrics = module.Metrics()
    responder = module.Responder("m", metrics)
    metrics.start()
    problems = [BadRequest("no"), Overloaded("full"), Overloaded("full"), KeyError()]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda problem: responder.respond("1", problem, NOW), problems * 5))
    deadline = time.monotonic() + 10
    while sum(one.value for one in made) < 20:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {one.labels["fault"]: one.value for one in made} == {"client": 5, "load": 10, "server": 5}
    assert {one.labels["model"] for one in made} == {"m"}
    assert len(set.union(*(one.writers for one in made))) == 1
    metrics.close()


def test_no_metric_outlives_the_model(module: Any) -> None:
    """One that did ended the process with a segmentation fault."""
    metrics = module.Metrics()
    responder = module.Responder("m", metrics)
    metrics.start()
    families = [weakref.ref(family) for family in metrics._families]
    assert len(families) == 2
    metrics.close()
    assert [family() for family in families] == [None, None]
    assert responder.respond("1", BadRequest("no"), NOW).error


def test_more_than_can_be_answered_is_unavailable(responder: Any) -> None:
    answer = responder.respond("1", Overloaded("more waits than may"), NOW)
    assert answer.error.code == "UNAVAILABLE"
    assert "try again" in str(answer.error)


def test_an_answer_is_logged_only_if_it_was_slow(
    module: Any, responder: Any, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOG_SLOWER_THAN_MS", 1000.0)
    responder.respond("quick", {"predicts": np.zeros(2)}, time.perf_counter())
    assert log == []
    responder.respond("slow", {"predicts": np.zeros(2)}, time.perf_counter() - 2)
    told = json.loads(log[0])
    assert told.pop("ms") >= 2000
    assert told == {"event": "answered", "model": "m", "request": "slow", "texts": 2}
