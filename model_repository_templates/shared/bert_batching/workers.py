"""One thread for each core; each takes the next group out of the pool, runs it, and takes the next. In: requests from
the thread that Triton calls, or the one that tokenises long texts. Out: calls of `run`, from the workers' threads.

A text that comes when nothing waits and nothing runs is `alone`: it may have all the cores, and runs at once, in the
thread that brought it, for waking another takes a tenth of a millisecond. Whoever comes meanwhile waits in Triton's
queue, and arrives together."""

from __future__ import annotations

import threading
import time
from typing import Callable, Generic, Sequence, TypeVar

from bert_batching.pool import Pool, Wait

T = TypeVar("T")
# What runs a group: the texts, and whether they are alone. It answers them whatever happens, and raises nothing.
Run = Callable[[Sequence[T], bool], None]
# Seconds that requests may be left to gather in Triton's queue.
MOMENT = 0.02
# Share of the last run in what a token takes, on average.
NEWEST = 0.1


class Workers(Generic[T]):
    def __init__(self, pool: Pool[T], count: int, run: Run[T]) -> None:
        self._pool = pool
        self._run = run
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._idle = threading.Condition(self._lock)
        self._running = 0
        self._closed = False
        self._seconds_a_token = 0.0
        # Daemons: should Triton die, its python process must not stay behind, waiting for threads that nobody closes.
        self._threads = [threading.Thread(target=self._loop, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(
        self, texts: Sequence[tuple[int, T]], wait: Wait | None = None, single: bool = False, patience: float = 0.0
    ) -> bool:
        """Hands in the texts of one request, with their lengths. False: too much waits already, or it is large and
        would have to wait for longer than `patience` (seconds; 0: it may); it was not taken. `single`: the caller has
        no other request to hand in."""
        # What the watch asks goes the way of most: it would not notice a thread that hangs by which it never comes.
        urgent = wait is not None and wait.urgent
        with self._lock:
            alone = single and len(texts) == 1 and not urgent and not self._pool and self._running == 0
            if alone:
                self._running = 1
            elif not urgent and self._refuses([length for length, _ in texts], patience):
                return False
            else:
                self._pool.add(texts, wait)
                self._work.notify(len(texts))
        if alone:
            try:
                self._run([text for _, text in texts], True)
            finally:
                with self._lock:
                    self._running -= 1
                    self._idle.notify_all()
        return True

    def wait_for_room(self) -> None:
        """Returns once the cores want for more to choose from, or after a moment: what gathers in Triton's queue
        meanwhile comes in one batch, which costs less than one by one. Where no more may wait, it returns at once: who
        comes is to be told."""
        with self._lock:
            if not self._pool.is_full():
                self._room.wait_for(self._pool.has_room, MOMENT)

    def drain(self) -> None:
        """Returns when nothing waits and nothing runs."""
        with self._lock:
            self._idle.wait_for(lambda: not self._pool and self._running == 0)

    def waits(self) -> tuple[float, int]:
        """Seconds that requests have waited in the pool since the start, all together; and how many wait now."""
        with self._lock:
            return self._pool.waited, self._pool.waiting()

    def close(self) -> None:
        """Returns when everything that was handed in is answered."""
        with self._lock:
            self._closed = True
            self._work.notify_all()
        for thread in self._threads:
            thread.join()

    def _refuses(self, lengths: Sequence[int], patience: float) -> bool:
        if not self._pool.can_hold(lengths):
            return True
        ahead = self._pool.tokens * self._seconds_a_token / len(self._threads)
        return 0 < patience < ahead and self._pool.is_large(lengths)

    def _loop(self) -> None:
        while True:
            with self._lock:
                while not self._pool.has_next():
                    if self._closed and not self._pool:
                        # Whoever waited for the last very long text, in vain.
                        self._work.notify_all()
                        return
                    self._work.wait()
                # A text that is alone runs beside them all.
                group = self._pool.take(max(1, len(self._threads) - self._running))
                self._running += 1
                self._room.notify_all()
            began = time.perf_counter()
            try:
                if group:
                    self._run([entry.text for entry in group], False)
            finally:
                with self._lock:
                    self._running -= 1
                    self._idle.notify_all()
                    self._pool.ended(group)
                    self._note(sum(entry.length for entry in group), time.perf_counter() - began)

    def _note(self, tokens: int, seconds: float) -> None:
        if tokens > 0:
            newest = seconds / tokens
            last = self._seconds_a_token or newest
            self._seconds_a_token = last + NEWEST * (newest - last)
