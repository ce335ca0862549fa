"""How much waits inside a model, on :8002 beside what Triton says of its own queues: what has left those and still waits
would be unseen by autoscaling. In: a way to ask. Out: a counter and a gauge, written four times a second, for each write is a
message to Triton's process."""

from __future__ import annotations

import threading
from typing import Any, Callable

import triton_python_backend_utils as pb_utils

SECONDS = 0.25


class QueueMetrics:
    def __init__(self, model: str, waits: Callable[[], tuple[float, int]]) -> None:
        """`waits`: seconds that requests have waited since the start, all together, and how many wait now. To be made
        last, and closed, as a Responder is."""
        self._waits = waits
        self._families: list[Any] = [
            pb_utils.MetricFamily(
                name="triton_bert_queue_duration_us",
                description="Microseconds that requests have waited inside a model, after Triton's own queue",
                kind=pb_utils.MetricFamily.COUNTER,
            ),
            pb_utils.MetricFamily(
                name="triton_bert_pending_request_count",
                description="Requests that wait inside a model, after Triton's own queue",
                kind=pb_utils.MetricFamily.GAUGE,
            ),
        ]
        self._duration, self._pending = (family.Metric(labels={"model": model}) for family in self._families)
        self._written = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self._duration = self._pending = None
        self._families.clear()

    def _loop(self) -> None:
        while not self._end.wait(SECONDS):
            waited, pending = self._waits()
            if waited > self._written:
                self._duration.increment((waited - self._written) * 1e6)
                self._written = waited
            self._pending.set(pending)
