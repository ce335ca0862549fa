"""From a request of Triton's to texts that wait for a core. In: the request. Out: its texts, tokenised, in the engine;
or the reason why it gets no answer. Texts that are long to tokenise are left to a thread of their own."""

from __future__ import annotations

from typing import Any, Callable, Generic, Sequence, TypeVar

from bert_batching.engine import Engine
from bert_batching.reply import Reply
from bert_serving.errors import Overloaded
from bert_serving.reader import Reader
from bert_serving.respond import array_of
from bert_serving.tokenise import Encoder, Limits, texts_of

A = TypeVar("A")


class Intake(Generic[A]):
    def __init__(self, encoder: Encoder, engine: Engine[A], settings: Any) -> None:
        """`settings`: those of the model."""
        self._encoder = encoder
        self._engine = engine
        self._tensor: str = settings["text"]
        self._limits = Limits(**settings["limits"])
        self._reader = Reader(self._limits.request)

    def accept(self, request: Any, sender: Any, send: Callable[[Sequence[A] | Exception], None], single: bool) -> None:
        """Raises nothing: what is wrong is sent. `single`: no other request came along."""
        wait = self._engine.greet(request)

        def enter(single: bool = False) -> None:
            rows = self._encoder.rows(sources)
            self._engine.submit(rows, wait, Reply(len(rows), send, sender.is_cancelled), single)

        def read() -> None:
            try:
                if wait.is_late() or sender.is_cancelled():
                    raise Overloaded("the request waited too long")
                enter()
            except Exception as problem:
                send(problem)

        try:
            # What lies in Triton's shared memory is copied: Triton takes it back.
            values = array_of(request, self._tensor).reshape(-1)
            sources = texts_of(values, self._tensor, self._limits)
            if self._encoder.is_quick(sources):
                enter(single)
            else:
                self._reader.submit(sum(map(len, values)), read)
        except Exception as problem:
            send(problem)

    def flush(self) -> None:
        """Returns when everything that was accepted is in the engine."""
        self._reader.flush()

    def close(self) -> None:
        """Returns when everything that was accepted is in the engine."""
        self._reader.close()
