"""From a request of Triton's to texts that wait for a core. In: the request. Out: its texts, tokenised, in the workers'
pool; or the reason why it gets no answer. Texts that are long to tokenise are left to a thread of their own."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Callable, Sequence

from bert_fused.pool import Wait
from bert_fused.reply import Outcome, Reply
from bert_fused.workers import Workers
from bert_serving.errors import Overloaded
from bert_serving.reader import Reader
from bert_serving.respond import array_of, request_id
from bert_serving.tokenise import Encoder, Limits, Row, texts_of
from bert_serving.tokenise import Text as Source

# Ids of requests that the watch sends (bert_watch/canary.py); no client knows the pod's UID. One asks whether the
# server is alive, and waits for nobody. The other says that the server is about to end.
SECRET = hashlib.sha256(os.environ.get("POD_UID", "").encode()).hexdigest()[:32]
WATCH, DRAIN = f"watch-{SECRET}", f"drain-{SECRET}"
MICROSECONDS = 1e6

Send = Callable[["Outcome | Exception"], None]


@dataclass(frozen=True, eq=False)
class Text:
    row: Row
    reply: Reply
    position: int


class Intake:
    def __init__(self, encoder: Encoder, workers: Workers[Text], settings: Any) -> None:
        """`settings`: those of the model."""
        self._encoder = encoder
        self._workers = workers
        self._tensor: str = settings["text"]
        self._limits = Limits(**settings["limits"])
        self._patience: float = settings["waitSeconds"]
        self._reader = Reader(self._limits.request)
        self.draining = False

    def accept(self, request: Any, sender: Any, send: Send, single: bool) -> None:
        """Raises nothing: what is wrong is sent. `single`: no other request came along."""
        identity = request_id(request)
        self.draining = self.draining or identity == DRAIN
        # Triton's queue, which has no policy, takes no notice of it.
        patience = min(self._patience, request.timeout() / MICROSECONDS or self._patience)
        wait = Wait(patience, urgent=identity == WATCH)

        def read() -> None:
            try:
                if wait.is_late() or sender.is_cancelled():
                    raise Overloaded("the request waited too long")
                self._enter(sources, wait, Reply(len(sources), send, sender.is_cancelled))
            except Exception as problem:
                send(problem)

        try:
            # What lies in Triton's shared memory is copied: Triton takes it back.
            values = array_of(request, self._tensor).reshape(-1)
            sources = texts_of(values, self._tensor, self._limits)
            if self._encoder.is_quick(sources):
                self._enter(sources, wait, Reply(len(sources), send, sender.is_cancelled), single)
            else:
                self._reader.submit(sum(map(len, values)), read)
        except Exception as problem:
            send(problem)

    def flush(self) -> None:
        """Returns when everything that was accepted is in the pool."""
        self._reader.flush()

    def close(self) -> None:
        """Returns when everything that was accepted is in the pool."""
        self._reader.close()

    def _enter(self, sources: Sequence[Source], wait: Wait, reply: Reply, single: bool = False) -> None:
        rows = self._encoder.rows(sources)
        texts = [(len(row["input_ids"]), Text(row, reply, at)) for at, row in enumerate(rows)]
        if not self._workers.submit(texts, wait, single, self._patience):
            raise Overloaded("more waits than can be answered in time")
