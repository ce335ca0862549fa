"""One thread for each core; each takes the next group out of the pool, runs it, and takes the next. In: texts from the
thread that Triton calls. Out: calls of `run`, from the workers' threads.

A text that comes when nothing waits and nothing runs is `alone`: it may have all the cores, and runs at once, in the
thread that brought it, for waking another takes a tenth of a millisecond. Whoever comes meanwhile waits in Triton's
queue, and arrives together."""

from __future__ import annotations

import threading
from typing import Callable, Generic, Sequence, TypeVar

from bert_fused.pool import Pool

T = TypeVar("T")
# What runs a group: the texts, and whether they are alone. It answers them whatever happens, and raises nothing.
Run = Callable[[Sequence[T], bool], None]


class Workers(Generic[T]):
    def __init__(self, pool: Pool[T], count: int, run: Run[T]) -> None:
        self._pool = pool
        self._run = run
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._running = 0
        self._closed = False
        # Daemons: should Triton die, its python process must not stay behind, waiting for threads that nobody closes.
        self._threads = [threading.Thread(target=self._loop, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, texts: Sequence[tuple[int, T]]) -> None:
        """Hands in the texts that Triton brought, with their lengths. Returns once the pool has room for others, so
        that a caller who comes back at once leaves the rest in Triton's queue."""
        with self._lock:
            alone = len(texts) == 1 and not self._pool and self._running == 0
            if alone:
                self._running = 1
            else:
                self._pool.add(texts)
                self._work.notify(len(texts))
                while not self._pool.has_room():
                    self._room.wait()
        if alone:
            self._finish([text for _, text in texts], alone)

    def close(self) -> None:
        """Returns when everything that was handed in is answered."""
        with self._lock:
            self._closed = True
            self._work.notify_all()
        for thread in self._threads:
            thread.join()

    def _loop(self) -> None:
        while True:
            with self._lock:
                while not self._pool:
                    if self._closed:
                        return
                    self._work.wait()
                group = self._pool.take(len(self._threads) - self._running)
                self._running += 1
                self._room.notify_all()
            self._finish(group, alone=False)

    def _finish(self, group: Sequence[T], alone: bool) -> None:
        try:
            self._run(group, alone)
        finally:
            with self._lock:
                self._running -= 1
