"""The answer to one request, gathered from its texts, which may run in different groups. In: for each text label and
score, or why there is none. Out: one call of `send`, when the last text is in. For one thread at a time."""

from __future__ import annotations

from typing import Callable, Sequence, Tuple

Answer = Tuple[str, float]
Outcome = Sequence[Answer]


class Reply:
    def __init__(self, texts: int, send: Callable[[Outcome | Exception], None]) -> None:
        self._answers: list[Answer | Exception | None] = [None] * texts
        self._missing = texts
        self._send = send

    def put(self, position: int, answer: Answer | Exception) -> None:
        """The answer of the text at `position`, once for each."""
        self._answers[position] = answer
        self._missing -= 1
        if self._missing > 0:
            return
        problem = next((answer for answer in self._answers if isinstance(answer, Exception)), None)
        self._send(problem or [answer for answer in self._answers if isinstance(answer, tuple)])
