"""One response for each request of a batch, so that a bad one fails alone; and the log of a model, without texts.

Triton hands a python model several requests at once when dynamic batching is on, and wants as many responses back, in
order. An exception that leaves `execute` would fail them all."""

from __future__ import annotations

import json
import os
import threading
import time
from functools import partial
from typing import Any, Callable, TypeVar

import triton_python_backend_utils as pb_utils

from bert_serving.errors import BadRequest, Overloaded
from bert_serving.metrics import Metrics

T = TypeVar("T")
# Ids come from clients: enough to find a request, too short to hide a text in the log.
MAX_ID_LENGTH = 64
# A request that is answered is logged if it took longer: the pod says from when on (option monitoring.logSlowerThan).
LOG_SLOWER_THAN_MS = float(os.environ.get("TRITON_BERT_LOG_SLOWER_THAN_MS", "inf"))


def attempt(work: Callable[[Any], T], request: Any) -> T | Exception:
    """What `work` makes of a request (or of its outcome), or the exception that it raised."""
    try:
        return work(request)
    except (BadRequest, Overloaded) as refusal:
        # Its traceback leads to frames that hold it: a cycle, in which the request would keep its place in /dev/shm
        # until the garbage collector comes.
        return refusal.with_traceback(None)
    except Exception as problem:
        return problem


class Responder:
    """Responses of one model; and on :8002 the count of those that are errors. Triton's own count of failures knows
    nothing of an error that a python model answers with, and could not tell whose fault it was."""

    def __init__(self, model: str, metrics: Metrics) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._failures = {"client": 0, "load": 0, "server": 0}
        metrics.counter(
            "triton_bert_failures_total",
            "Requests that a model has answered with an error, by whose fault: client, load or server",
            {fault: partial(self._failures.__getitem__, fault) for fault in self._failures},
            label="fault",
            model=model,
        )
        metrics.gauge(
            "triton_bert_start_time_seconds",
            "When a model was loaded, in seconds since 1970: it changes where a server was started anew",
            partial(float, time.time()),
            model=model,
        )

    def respond(self, request: str, outcome: dict[str, Any] | Exception, started: float) -> Any:
        """A response to the request of this id, with the named arrays of `outcome`; for a BadRequest INVALID_ARG, for
        Overloaded UNAVAILABLE, for any other exception INTERNAL. `started`: the `time.perf_counter()` at which this
        model got the request."""
        took = (time.perf_counter() - started) * 1000
        about = {"model": self._model, "request": request, "ms": round(took, 3)}
        if not isinstance(outcome, Exception):
            if took > LOG_SLOWER_THAN_MS:
                log("info", "answered", **about, texts=len(next(iter(outcome.values()))))
            return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in outcome.items()])
        if isinstance(outcome, BadRequest):
            self._count("client")
            log("info", "request refused", **about, because=str(outcome))
            return _failed(str(outcome), pb_utils.TritonError.INVALID_ARG)
        if isinstance(outcome, Overloaded):
            self._count("load")
            return _failed(str(outcome), pb_utils.TritonError.UNAVAILABLE)
        self._count("server")
        # The kind and the place of the bug, not its message: that may quote what a user wrote.
        log("error", "bug", **about, kind=type(outcome).__name__, at=_place(outcome))
        return _failed("internal error", pb_utils.TritonError.INTERNAL)

    def send(self, sender: Any, request: str, started: float, outcome: dict[str, Any] | Exception) -> None:
        """The same by the request's response sender, from any thread."""
        response = self.respond(request, outcome, started)
        try:
            sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        except Exception as problem:
            # Nobody waits for this answer any more; others do for theirs.
            log("error", "answer not sent", model=self._model, request=request, kind=type(problem).__name__)

    def _count(self, fault: str) -> None:
        with self._lock:
            self._failures[fault] += 1


def array_of(request: Any, tensor: str) -> Any:
    """The named input of a request as a numpy array."""
    return pb_utils.get_input_tensor_by_name(request, tensor).as_numpy()


def request_id(request: Any) -> str:
    return str(request.request_id())[:MAX_ID_LENGTH]


def log(level: str, event: str, **fields: Any) -> None:
    """One line of JSON in Triton's own log. Levels: info, warn, error."""
    getattr(pb_utils.Logger, f"log_{level}")(json.dumps({"event": event, **fields}))


def _failed(message: str, code: Any) -> Any:
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, code))


def _place(problem: Exception) -> list[str]:
    places, step = [], problem.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_code.co_name}:{step.tb_lineno}")
        step = step.tb_next
    return places
