"""Threads: everything handed in is answered once, whoever is slow, and nothing hangs."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bert_batching.pool import Pool, Wait
from bert_batching.split import Costs
from bert_batching.workers import Workers

PATIENCE_SECONDS = 20
Call = tuple[list[str], bool]


class Bench:
    """Workers whose runs wait for `gate`, and tell when they begin."""

    def __init__(self, capacity: int, count: int) -> None:
        self.gate = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.calls: list[Call] = []
        self.threads: list[threading.Thread] = []
        self.workers: Workers[str] = Workers(Pool(Costs(), capacity), count, self._run)

    def _run(self, texts: Sequence[str], alone: bool) -> None:
        self.calls.append((list(texts), alone))
        self.threads.append(threading.current_thread())
        self.begun.release()
        assert self.gate.acquire(timeout=PATIENCE_SECONDS)

    def open(self) -> None:
        self.gate.release(1000)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(capacity=4, count=2)
    yield made
    made.open()
    made.workers.close()


def submit(bench: Bench, *texts: str) -> None:
    """One request."""
    assert bench.workers.submit([(5, text) for text in texts], single=True)
    bench.workers.wait_for_room()


def test_a_text_that_is_alone_runs_at_once_in_the_thread_that_brings_it(bench: Bench) -> None:
    bench.open()
    submit(bench, "first")
    assert bench.calls == [(["first"], True)]
    assert bench.threads == [threading.current_thread()]


def test_very_long_texts_run_one_after_the_other_and_nobody_waits_for_them_in_vain(bench: Bench) -> None:
    assert bench.workers.submit([(600, "first"), (600, "second"), (5, "short")])
    for _ in range(2):
        assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
    assert sorted(text for texts, _ in bench.calls for text in texts) in (["first", "short"], ["second", "short"])
    bench.open()
    bench.workers.close()
    assert sorted(text for texts, _ in bench.calls for text in texts) == ["first", "second", "short"]


def test_nobody_is_alone_while_another_runs(bench: Bench) -> None:
    submit(bench, "a", "b")
    for _ in range(2):
        assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
    submit(bench, "c")
    bench.open()
    bench.workers.close()
    assert sorted(bench.calls) == [(["a"], False), (["b"], False), (["c"], False)]


def test_two_texts_go_to_two_idle_workers(bench: Bench) -> None:
    submit(bench, "a", "b")
    assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
    assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
    assert sorted(bench.calls) == [(["a"], False), (["b"], False)]


def test_the_caller_waits_for_room_but_not_for_long(bench: Bench) -> None:
    submit(bench, "a", "b")
    for _ in range(2):
        assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
    submit(bench, "c", "d", "e", "f", "g")
    bench.open()
    bench.workers.close()
    assert sorted(text for call, _ in bench.calls for text in call) == list("abcdefg")


def test_close_answers_all_that_was_handed_in() -> None:
    bench = Bench(capacity=100, count=3)
    texts = [f"text {turn}" for turn in range(60)]
    for first, second in zip(texts[::2], texts[1::2], strict=True):
        submit(bench, first, second)
    bench.open()
    bench.workers.close()
    assert sorted(text for call, _ in bench.calls for text in call) == sorted(texts)


def test_one_of_several_requests_is_not_alone(bench: Bench) -> None:
    bench.open()
    assert bench.workers.submit([(5, "a")], single=False)
    bench.workers.close()
    assert bench.calls == [(["a"], False)]


@pytest.mark.parametrize("count", [1, 2])
def test_what_comes_by_another_thread_while_one_text_is_alone_runs_beside_it(count: int) -> None:
    """As texts do that are long to tokenise."""
    bench = Bench(capacity=4, count=count)
    with ThreadPoolExecutor(1) as caller:
        alone = caller.submit(submit, bench, "alone")
        assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
        for text in "ab"[:count]:
            assert bench.workers.submit([(5, text)])
            assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
        bench.open()
        alone.result()
    bench.workers.close()
    assert bench.calls == [(["alone"], True), *[([text], False) for text in "ab"[:count]]]


def test_what_the_watch_asks_goes_the_way_of_most(bench: Bench) -> None:
    bench.open()
    assert bench.workers.submit([(5, "a")], Wait(urgent=True), single=True)
    bench.workers.close()
    assert bench.calls == [(["a"], False)]
    assert bench.threads != [threading.current_thread()]


def test_a_large_request_that_would_wait_too_long_is_not_taken(bench: Bench) -> None:
    """As soon as it is known what a token takes."""
    submit(bench, "a", "b")
    bench.gate.release(2)
    for _ in range(4):
        bench.begun.acquire(timeout=0.1)
    large = [(400, "c")] * 8
    assert bench.workers.submit(large, patience=60)
    assert bench.workers.submit(large, patience=60)
    assert not bench.workers.submit(large, patience=1e-9)
    assert bench.workers.submit(large, Wait(urgent=True), patience=1e-9)
    assert bench.workers.submit([(5, "d")], patience=1e-9)
    assert bench.workers.submit(large)


def test_what_waits_is_counted(bench: Bench) -> None:
    submit(bench, "a", "b")
    for _ in range(2):
        assert bench.begun.acquire(timeout=PATIENCE_SECONDS)
    submit(bench, "c")
    submit(bench, "d", "e")
    assert bench.workers.waits()[1] == 2
    bench.open()
    bench.workers.close()
    seconds, waiting = bench.workers.waits()
    assert waiting == 0
    assert seconds > 0


def test_many_callers_and_one_text_each() -> None:
    bench = Bench(capacity=4, count=2)
    bench.open()
    with ThreadPoolExecutor(16) as callers:
        list(callers.map(lambda turn: submit(bench, str(turn)), range(500)))
    bench.workers.close()
    assert sorted(int(text) for call, _ in bench.calls for text in call) == list(range(500))
