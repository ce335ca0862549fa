"""What a model is made of that takes requests out of Triton's queue and answers them later, through their response
senders. In: the tokenised texts of each request. Out: what `decide` makes of the logits, to the request's reply.

All that waits does so in the pool, which knows an order, and a bound that is counted: Triton's own queue knows neither.

A response sender waits until Triton has taken the answer. A thread of its own does so, that the workers need not."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Callable, Generic, Protocol, Sequence, TypeVar

from bert_batching.pool import Pool, Wait
from bert_batching.reply import Reply
from bert_batching.split import Costs
from bert_batching.workers import Workers
from bert_serving.errors import BadRequest, Overloaded
from bert_serving.metrics import Metrics
from bert_serving.respond import request_id
from bert_serving.rows import FloatArray, Row
from bert_serving.together import together_or_alone

A = TypeVar("A")
# Texts that wait at least, before more are taken out of Triton's queue at once. Twice as many were not quicker
# (docs/performance.md).
POOL_CAPACITY = 8
# Ids of requests that the watch sends (bert_watch/canary.py); no client knows the pod's UID. One asks whether the
# server is alive, and waits for nobody. The other says that the server is about to end.
SECRET = hashlib.sha256(os.environ.get("POD_UID", "").encode()).hexdigest()[:32]
WATCH, DRAIN = f"watch-{SECRET}", f"drain-{SECRET}"
MICROSECONDS = 1e6


class Graph(Protocol):
    def run(self, rows: Sequence[Row], wide: bool) -> FloatArray:
        """Logits [texts, classes]; `wide`: it may have all the cores."""


@dataclass(frozen=True, eq=False)
class Text(Generic[A]):
    row: Row
    reply: Reply[A]
    position: int


class Engine(Generic[A]):
    def __init__(
        self, graph: Graph, runners: int, costs: Costs, settings: Any, decide: Callable[[FloatArray], Sequence[A]]
    ) -> None:
        """`runners`: runs that the graph bears at once. `settings`: those of the model. `decide`: one answer for each
        row of logits."""
        self._graph = graph
        self._decide = decide
        self._patience: float = settings["waitSeconds"]
        pool: Pool[Text[A]] = Pool(costs, POOL_CAPACITY, settings["waitingRequests"], self._expire)
        self._workers: Workers[Text[A]] = Workers(pool, runners, self._run)
        self._sending = ThreadPoolExecutor(max_workers=1)
        self._draining = False

    def greet(self, request: Any) -> Wait:
        """How long a request may wait, to be asked as soon as it comes."""
        identity = request_id(request)
        self._draining = self._draining or identity == DRAIN
        # Triton's queue, which has no policy, takes no notice of it.
        patience = min(self._patience, request.timeout() / MICROSECONDS or self._patience)
        return Wait(patience, urgent=identity == WATCH)

    def submit(self, rows: Sequence[Row], wait: Wait, reply: Reply[A], single: bool = False) -> None:
        """The texts of a request, each by itself. `single`: no other request came along. Raises Overloaded."""
        texts = [(len(row["input_ids"]), Text(row, reply, at)) for at, row in enumerate(rows)]
        if not self._workers.submit(texts, wait, single, self._patience):
            raise Overloaded("more waits than can be answered in time")

    def rest(self, flush: Callable[[], None] = lambda: None) -> None:
        """To be called when all requests of a call are in: returns when the next may come. `flush` brings in what is
        still on its way."""
        if self._draining:
            # To Triton a request is done when this call returns; it ends one second after the last, whatever waits
            # here.
            flush()
            self._workers.drain()
            self._sending.submit(int).result()
        else:
            self._workers.wait_for_room()

    def close(self) -> None:
        """Returns when everything is answered."""
        self._workers.close()
        self._sending.shutdown()

    def measure(self, metrics: Metrics, model: str, **labels: str) -> None:
        """What has left Triton's own queue and still waits would be unseen by autoscaling."""
        metrics.counter(
            "triton_bert_queue_duration_us",
            "Microseconds that requests have waited inside a model, after Triton's own queue",
            {model: lambda: self._workers.waits()[0] * 1e6},
            label="model",
            **labels,
        )
        metrics.gauge(
            "triton_bert_pending_request_count",
            "Requests that wait inside a model, after Triton's own queue",
            lambda: self._workers.waits()[1],
            model=model,
            **labels,
        )

    def _run(self, texts: Sequence[Text[A]], alone: bool) -> None:
        left = [text for text in texts if text.reply.is_abandoned()]
        if left:
            texts = [text for text in texts if text not in left]
            self._sending.submit(self._reply, left, [BadRequest("the client has cancelled it")] * len(left))
        outcomes = together_or_alone(lambda group: self._answers(group, alone), texts)
        if alone:
            # Nobody else waits for this thread, and waking another takes a tenth of a millisecond.
            self._reply(texts, outcomes)
        else:
            self._sending.submit(self._reply, texts, outcomes)

    def _answers(self, texts: Sequence[Text[A]], alone: bool) -> Sequence[A]:
        return self._decide(self._graph.run([text.row for text in texts], wide=alone))

    def _expire(self, text: Text[A]) -> None:
        self._sending.submit(text.reply.refuse, Overloaded("the request waited too long"))

    def _reply(self, texts: Sequence[Text[A]], outcomes: Sequence[A | Exception]) -> None:
        for text, outcome in zip(texts, outcomes):
            text.reply.put(text.position, outcome)
