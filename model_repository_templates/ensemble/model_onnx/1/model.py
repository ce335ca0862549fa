"""Triton model `model_onnx` where the server has no onnxruntime backend: the graph's inputs in, logits out. Requests
wait in the same engine as those of the fused model. With the C++ backend this file isn't used; model.onnx is the whole
model."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any, Sequence

import numpy as np

from bert_batching.calibrate import costs_of
from bert_batching.engine import Engine
from bert_batching.reply import Reply
from bert_batching.sessions import Sessions
from bert_serving.cores import cores
from bert_serving.errors import BadRequest
from bert_serving.metrics import Metrics
from bert_serving.respond import Responder, array_of, log, request_id
from bert_serving.rows import FloatArray, Row, rows_of

HERE = Path(__file__).parent


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._inputs: dict[str, int] = settings["inputs"]
        self._longest: int = settings["maxLength"]
        self._logits: str = settings["logits"]
        # Every instance is a process of its own; together they must fit the cores that there are.
        count = max(1, cores() // settings["instances"])
        self._sessions = Sessions(str(HERE / "model.onnx"), count, self._inputs, self._logits)
        costs = costs_of(settings, self._inputs, self.run)
        self._engine: Engine[FloatArray] = Engine(self, count, costs, settings, list)
        self._metrics = Metrics()
        self._responder = Responder(self._name, self._metrics)
        self._engine.measure(self._metrics, self._name, instance=args["model_instance_name"])
        self._metrics.start()
        told = {"cores": count, "instances": settings["instances"], "call": costs.call, "tokens": costs.tokens}
        log("info", "loaded", model=self._name, **told)

    def execute(self, requests: list[Any]) -> None:
        for request in requests:
            # What outlives this call are id and sender.
            sender = request.get_response_sender()
            send = partial(self._send, sender, request_id(request), time.perf_counter())
            wait = self._engine.greet(request)
            try:
                rows = rows_of({name: array_of(request, name) for name in self._inputs}, self._longest)
                self._engine.submit(rows, wait, Reply(len(rows), send, sender.is_cancelled), len(requests) == 1)
            except Exception as problem:
                send(problem)
        self._engine.rest()

    def finalize(self) -> None:
        self._engine.close()
        self._metrics.close()
        log("info", "unloaded", model=self._name)

    def run(self, rows: Sequence[Row], wide: bool) -> FloatArray:
        """Of the engine's Graph. Raises BadRequest for what the graph can't take: ids may come from a client."""
        try:
            return self._sessions.run(rows, wide)
        except Exception as problem:
            # Only the kind of error: onnxruntime's message quotes token ids, and those are the text.
            raise BadRequest(f"the graph refuses these inputs ({type(problem).__name__})") from None

    def _send(self, sender: Any, identity: str, started: float, outcome: Sequence[FloatArray] | Exception) -> None:
        tensors = outcome if isinstance(outcome, Exception) else {self._logits: np.stack(outcome)}
        self._responder.send(sender, identity, started, tensors)
