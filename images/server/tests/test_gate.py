"""Who may enter an ensemble: nobody is refused while answers come in time, and more than that is refused at once."""

import http.server
import threading

import pytest

from bert_serving.errors import Overloaded
from bert_serving.gate import Gate, Queues, read_queues

METRICS = """# HELP nv_inference_request_success …
nv_inference_request_success{model="mood",version="1"} 30
nv_inference_request_success{model="model_onnx",version="1"} 900
nv_inference_request_failure{model="mood",reason="OTHER",version="1"} 4
nv_inference_pending_request_count{model="mood",version="1"} 0
nv_inference_pending_request_count{model="model_onnx",version="1"} 7
nv_inference_pending_request_count{model="text_preprocessing",version="1"} 5
nv_cpu_utilization 0.5
"""


class World:
    """A gate whose clock and queues the test sets."""

    def __init__(self, most: int = 100, seconds: float = 10) -> None:
        self.now, self.queues = 0.0, Queues(0, 0)
        self.gate = Gate(lambda: self.queues, most, seconds, lambda: self.now)

    def look(self, now: float, waiting: float, answered: float) -> None:
        self.now, self.queues = now, Queues(waiting, answered)
        self.gate.look()

    def enters(self, requests: int) -> int:
        """How many of them may."""
        for entered in range(requests):
            try:
                self.gate.enter()
            except Overloaded:
                return entered
        return requests


def test_no_more_wait_than_may() -> None:
    world = World(most=100)
    assert world.enters(150) == 100
    world.look(1, 60, 40)
    assert world.enters(150) == 40


def test_no_longer_than_one_may() -> None:
    world = World(most=1000, seconds=2)
    world.look(0, 50, 0)
    world.look(1, 60, 0)
    assert world.enters(10) == 10
    world.look(6, 60, 120)
    assert world.enters(10) == 0
    world.look(12, 30, 240)
    assert world.enters(50) == 11


def test_what_few_ask_for_is_not_what_could_be_answered() -> None:
    world = World(most=1000, seconds=2)
    for second in range(10):
        world.look(second, 1, second)
    assert world.enters(500) == 500


def test_a_batch_that_takes_a_while_refuses_nobody() -> None:
    """16 answers every half second, at four looks a second."""
    world = World(most=1000, seconds=10)
    for quarter in range(100):
        world.look(quarter / 4, 90, quarter // 2 * 16)
        assert world.enters(5) == 5


def test_nobody_is_refused_for_what_is_unknown() -> None:
    def unreadable() -> Queues:
        raise OSError

    gate = Gate(unreadable, 10, 1)
    for _ in range(3):
        for _ in range(10):
            gate.enter()
        gate.look()


def test_the_thread_looks_while_there_are_requests_and_ends() -> None:
    looked = threading.Semaphore(0)

    def read() -> Queues:
        looked.release()
        return Queues(0, 0)

    gate = Gate(read, 10, 1)
    gate.start()
    assert not looked.acquire(timeout=0.3)
    gate.enter()
    assert looked.acquire(timeout=5)
    gate.close()


def test_a_burst_is_not_held_against_who_comes_after_it() -> None:
    """The thread looks until the burst is answered, though nobody else asks meanwhile."""
    waiting, calm = [10, 10, 0, 0], threading.Event()

    def read() -> Queues:
        if len(waiting) == 2:
            calm.set()
        return Queues(waiting.pop(0), 0)

    gate = Gate(read, 10, 1)
    gate.start()
    gate.enter()
    assert calm.wait(5)
    gate.close()
    gate.enter()


def test_queues_are_read_off_tritons_metrics() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(METRICS.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert read_queues(server.server_address[1], "mood", "text_preprocessing") == Queues(7, 34)
        server.shutdown()
    with pytest.raises(OSError, match="refused"):
        read_queues(server.server_address[1], "mood", "text_preprocessing")
