"""Looks at the server, again and again. In: how to ask it, what its processes do, how to judge. Out: its health after
each look, until it is dead or the container is told to end.

While the canary is answered at once nothing else is asked; what moves is counted only when it is late."""

from __future__ import annotations

import threading
import time
from typing import Callable

from bert_watch.canary import Canary
from bert_watch.processes import Processes, busiest
from bert_watch.tell import log
from bert_watch.verdict import BROKEN, LATE, RIGHT, STARTING, Health, Look, Moves, Verdict

# A quick start is soon seen.
START_PERIOD = 0.5
# Of the seconds that a look waits for an answer, those that pass before it begins to count what moves.
UNCOUNTED = 1 / 3


class Watching:
    def __init__(
        self,
        canary: Canary,
        processes: Processes,
        verdict: Verdict,
        period: float,
        patience: float,
        ending: threading.Event,
    ) -> None:
        """Seconds from look to look, and how long a look waits for an answer. `ending`: a server that was told to end
        is no longer judged."""
        self._canary = canary
        self._processes = processes
        self._verdict = verdict
        self._period = period
        self._patience = patience
        self._ending = ending

    def run(self, show: Callable[[Health], None]) -> str:
        """Why the server is dead; empty if it was told to end before. `show` gets the health after each look."""
        health, period, next_look = STARTING, START_PERIOD, time.monotonic()
        while not self._ending.wait(max(0.0, next_look - time.monotonic())):
            next_look = time.monotonic() + period
            look = self._look()
            before, health = health, self._verdict.judge(look)
            if self._ending.is_set():
                break
            show(health)
            if health.dead:
                return health.because
            if health.ready != before.ready:
                event = "ready" if health.ready else "not ready"
                log("info" if health.ready else "error", event, because=health.because)
            if look.canary == RIGHT and period == START_PERIOD:
                self._processes.remember()
                period = self._period
        self._canary.close()
        return ""

    def _look(self) -> Look:
        lost = self._processes.lost()
        if lost:
            return Look(time.monotonic(), BROKEN, lost)
        answer = self._canary.send() or self._canary.wait(self._patience * UNCOUNTED)
        if answer.canary != LATE:
            return Look(time.monotonic(), answer.canary, answer.because)
        because = answer.because
        before = self._canary.counts()
        since, work = time.monotonic(), self._processes.work()
        answer = self._canary.wait(self._patience * (1 - UNCOUNTED))
        if answer.canary != LATE:
            return Look(time.monotonic(), answer.canary, answer.because)
        worked, seconds = busiest(work, self._processes.work()), time.monotonic() - since
        return Look(time.monotonic(), LATE, because, Moves(seconds, before, self._canary.counts(), worked))
