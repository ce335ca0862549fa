"""Triton model `post_processing`: logits in, for each text what the task answers out. Logic: bert_serving.answering."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from bert_serving.answering import Answering
from bert_serving.metrics import Metrics
from bert_serving.respond import Responder, array_of, attempt, log, request_id

HERE = Path(__file__).parent


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._logits: str = settings["logits"]
        self._answering = Answering(settings)
        self._metrics = Metrics()
        self._responder = Responder(self._name, self._metrics)
        self._metrics.start()
        log("info", "loaded", model=self._name, labels=len(settings["labels"]), activation=settings["activation"])

    def execute(self, requests: list[Any]) -> list[Any]:
        started = time.perf_counter()
        return [
            self._responder.respond(request_id(request), attempt(self._answer, request), started)
            for request in requests
        ]

    def finalize(self) -> None:
        self._metrics.close()
        log("info", "unloaded", model=self._name)

    def _answer(self, request: Any) -> dict[str, Any]:
        return self._answering.tensors(self._answering.answers(array_of(request, self._logits)))
