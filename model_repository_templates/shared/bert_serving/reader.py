"""Work that takes longer than a moment, in a thread of its own, so that nobody else's request waits for it: texts that
are long to tokenise. One at a time, in the order of their coming; the tokenizer lets other threads run meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from bert_serving.errors import Overloaded

# Requests of the largest size whose texts may wait; counted in the pod's memory (components/server/memory.ts).
MOST_REQUESTS = 4


class Reader:
    def __init__(self, request_bytes: int) -> None:
        """`request_bytes`: the largest that a request may have."""
        self._left = MOST_REQUESTS * request_bytes
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1)

    def submit(self, size: int, work: Callable[[], None]) -> None:
        """`work` raises nothing. `size`: bytes that it holds. Raises Overloaded where too much waits."""
        with self._lock:
            if size > self._left:
                raise Overloaded("too many long texts wait")
            self._left -= size
        self._thread.submit(self._do, size, work)

    def flush(self) -> None:
        """Returns when all that was submitted is done."""
        self._thread.submit(int).result()

    def close(self) -> None:
        """Returns when all is done."""
        self._thread.shutdown()

    def _do(self, size: int, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._left += size
