"""Lets requests into an ensemble for as long as they can be answered in time. In: what Triton counts of its queues,
four times a second while there are requests. Out: nothing, or Overloaded.

Triton's own queues could be bounded, but then its batcher sleeps through requests
(model_repository_templates/README.md)."""

from __future__ import annotations

import re
import threading
import time
import urllib.request
from typing import Callable, NamedTuple

from bert_serving.errors import Overloaded

SECONDS = 0.25
# With fewer in the queues, answers are as many as are asked for, not as could be given.
BUSY = 8
# Answers come in batches, which may take a good part of a second: a rate over less says nothing.
WINDOW = 5.0
TIMEOUT_SECONDS = 1.0
SAMPLE = re.compile(r'^(\w+)\{(?:.*,)?model="([^"]+)"[^}]*\} (\S+)$', re.MULTILINE)


class Queues(NamedTuple):
    # Requests in the queues behind the gate; and that the public model has answered since the start.
    waiting: float
    answered: float


def read_queues(port: int, model: str, first: str) -> Queues:
    """As Triton's metrics say. Who waits for the `first` model has not passed the gate. Raises OSError or ValueError
    where they can't be read."""
    url = f"http://127.0.0.1:{port}/metrics"
    # A proxy of the environment has no business between a pod and itself.
    web = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with web.open(url, timeout=TIMEOUT_SECONDS) as response:
        samples = SAMPLE.findall(response.read().decode("utf-8"))
    pending = [sample for sample in samples if sample[0] == "nv_inference_pending_request_count"]
    waiting = sum(float(value) for _, of, value in pending if of != first)
    ends = ("nv_inference_request_success", "nv_inference_request_failure")
    return Queues(waiting, sum(float(value) for name, of, value in samples if name in ends and of == model))


class Gate:
    def __init__(
        self,
        read: Callable[[], Queues],
        most: int,
        seconds: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`most`: requests that may wait. `seconds`: for how long one may."""
        self._read = read
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._waiting = 0.0
        self._entered = 0
        self._rate = 0.0
        # When the queues began to be busy, or the rate was begun anew, and how many were answered by then.
        self._since: tuple[float, float] | None = None
        self._asked = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed = True
        self._asked.set()
        self._thread.join()

    def enter(self) -> None:
        """For each request. Raises Overloaded."""
        self._asked.set()
        waiting = self._waiting + self._entered
        if waiting >= self._most:
            raise Overloaded("as many requests wait as may")
        if 0 < self._rate * self._seconds < waiting:
            raise Overloaded("more waits than can be answered in time")
        self._entered += 1

    def look(self) -> None:
        """Takes in what Triton counts now."""
        try:
            queues = self._read()
        except (OSError, ValueError):
            # It is unknown what waits, so nobody is refused for it.
            queues = Queues(0.0, 0.0)
        self._measure(queues)
        self._waiting, self._entered = queues.waiting, 0

    def _measure(self, queues: Queues) -> None:
        now = self._clock()
        if queues.waiting < BUSY:
            self._since = None
        elif self._since is None:
            self._since = now, queues.answered
        elif now - self._since[0] >= WINDOW:
            self._rate = (queues.answered - self._since[1]) / (now - self._since[0])
            if now - self._since[0] >= 2 * WINDOW:
                self._since = now, queues.answered

    def _loop(self) -> None:
        while not self._closed:
            # Also when nobody asks any more: the first request of a calm hour isn't refused for the burst before it.
            if self._waiting == 0:
                self._asked.wait()
            self._asked.clear()
            self.look()
            time.sleep(SECONDS)
