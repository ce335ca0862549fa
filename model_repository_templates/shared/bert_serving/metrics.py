"""What a model counts, on :8002 beside Triton's own. In: ways to ask for numbers. Out: a counter or gauge for each.

One thread writes them all, four times a second. python_backend's metrics bear no other: two threads in one of them end
the process by a fault (seen with 24.10). And each write is a message to Triton's process."""

from __future__ import annotations

import threading
from typing import Any, Callable

import triton_python_backend_utils as pb_utils

SECONDS = 0.25
Number = Callable[[], float]


class Metrics:
    """To be started last when a model is initialised, and closed when it is finalised: a metric that outlives its model
    ends the process by a fault."""

    def __init__(self) -> None:
        self._families: list[Any] = []
        self._writes: list[Callable[[], None]] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def counter(self, name: str, description: str, numbers: dict[str, Number], label: str, **labels: str) -> None:
        """A counter for each value of `label`, with its total so far. All are there, as 0, before anything has
        happened. Models of one server share the family."""
        family = self._family(name, description, pb_utils.MetricFamily.COUNTER)
        for value, number in numbers.items():
            self._add(family.Metric(labels={**labels, label: value}), number, is_counter=True)

    def gauge(self, name: str, description: str, number: Number, **labels: str) -> None:
        family = self._family(name, description, pb_utils.MetricFamily.GAUGE)
        self._add(family.Metric(labels=labels), number, is_counter=False)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self._writes.clear()
        self._families.clear()

    def _family(self, name: str, description: str, kind: Any) -> Any:
        # It must live as long as its metrics.
        self._families.append(pb_utils.MetricFamily(name=name, description=description, kind=kind))
        return self._families[-1]

    def _add(self, metric: Any, number: Number, is_counter: bool) -> None:
        written = 0.0

        def write() -> None:
            nonlocal written
            value = number()
            if value == written:
                return
            if is_counter:
                metric.increment(value - written)
            else:
                metric.set(value)
            written = value

        # Nobody else writes yet.
        write()
        self._writes.append(write)

    def _loop(self) -> None:
        while not self._end.wait(SECONDS):
            for write in self._writes:
                write()
