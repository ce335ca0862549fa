"""Triton model `model_onnx` where the server has no onnxruntime backend: the graph's inputs in, logits out.
Logic: bert_serving.infer. With the C++ backend this file isn't used; model.onnx is the whole model."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from bert_serving.cores import cores
from bert_serving.infer import Feed, Graph, checked, open_session
from bert_serving.metrics import Metrics
from bert_serving.respond import Responder, array_of, attempt, log, request_id

HERE = Path(__file__).parent


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._fillers: dict[str, int] = settings["inputs"]
        self._logits: str = settings["logits"]
        # Every instance is a process of its own; together they must fit the cores that there are.
        threads = max(1, cores() // settings["instances"])
        self._graph = Graph(open_session(str(HERE / "model.onnx"), threads), self._fillers, self._logits)
        self._metrics = Metrics()
        self._responder = Responder(self._name, self._metrics)
        self._metrics.start()
        log("info", "loaded", model=self._name, threads=threads, instances=settings["instances"])

    def execute(self, requests: list[Any]) -> list[Any]:
        started = time.perf_counter()
        outcomes = self._graph.run_all([attempt(self._feed, request) for request in requests])
        return [
            self._responder.respond(
                request_id(request),
                outcome if isinstance(outcome, Exception) else {self._logits: outcome},
                started,
            )
            for request, outcome in zip(requests, outcomes)
        ]

    def finalize(self) -> None:
        self._metrics.close()
        log("info", "unloaded", model=self._name)

    def _feed(self, request: Any) -> Feed:
        return checked({name: array_of(request, name) for name in self._fillers})
