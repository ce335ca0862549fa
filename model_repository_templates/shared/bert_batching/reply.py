"""The answer to one request, gathered from its texts, which may run in different groups. In: for each text an
answer, or why there is none. Out: one call of `send`, when the last text is in. For one thread at a time."""

from __future__ import annotations

import time
from typing import Callable, Generic, Sequence, TypeVar

A = TypeVar("A")
# Seconds between two questions whether the client is still there, and before the first: each costs a tenth of a
# millisecond, and Triton itself asks for what is in its queue.
ASK_SECONDS = 0.5


class Reply(Generic[A]):
    def __init__(
        self,
        texts: int,
        send: Callable[[Sequence[A] | Exception], None],
        gone: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`gone`: whether the client waits no more."""
        # By position.
        self._answers: dict[int, A | Exception] = {}
        self._missing = texts
        self._send = send
        self._gone = gone
        self._clock = clock
        self._abandoned = False
        self._ask_at = clock() + ASK_SECONDS

    def put(self, position: int, answer: A | Exception) -> None:
        """The answer of the text at `position`, once for each."""
        self._answers[position] = answer
        self._missing -= 1
        if self._missing > 0:
            return
        answers = [self._answers[position] for position in sorted(self._answers)]
        problem = next((answer for answer in answers if isinstance(answer, Exception)), None)
        self._send(problem or [answer for answer in answers if not isinstance(answer, Exception)])

    def refuse(self, problem: Exception) -> None:
        """Instead of answers, none of which has been put."""
        self._send(problem)

    def is_abandoned(self) -> bool:
        """Whether the client has gone, as far as it is known: texts that are left need not run."""
        now = self._clock()
        if not self._abandoned and now >= self._ask_at:
            self._ask_at = now + ASK_SECONDS
            self._abandoned = self._gone()
        return self._abandoned
