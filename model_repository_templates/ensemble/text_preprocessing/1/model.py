"""Triton model `text_preprocessing`: texts in, the graph's inputs out. Logic: bert_serving.tokenise."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import Any

from bert_serving.errors import Overloaded
from bert_serving.gate import Gate, read_queues
from bert_serving.metrics import Metrics
from bert_serving.reader import Reader
from bert_serving.respond import Responder, array_of, attempt, log, request_id
from bert_serving.tokenise import Encoder, Limits, Text, texts_of

HERE = Path(__file__).parent


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        # Threads of the tokenizer would take the cores of the graph for a task of microseconds.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._text: str = settings["text"]
        self._encoder = Encoder(
            (HERE / "tokenizer.json").read_text(encoding="utf-8"),
            settings["inputs"],
            settings["maxLength"],
            settings["padTokenId"],
        )
        self._limits = Limits(**settings["limits"])
        self._reader = Reader(self._limits.request)
        self._gate = self._open_gate(settings["gate"]) if settings["gate"] else None
        self._metrics = Metrics()
        self._responder = Responder(self._name, self._metrics)
        self._metrics.start()
        log("info", "loaded", model=self._name, maxLength=settings["maxLength"], inputs=settings["inputs"])

    def execute(self, requests: list[Any]) -> list[Any] | None:
        started = time.perf_counter()
        sources = [attempt(self._read, request) for request in requests]
        quick = all(isinstance(texts, Exception) or self._encoder.is_quick(texts) for texts in sources)
        senders = None if quick else self._senders(requests)
        if senders is None:
            return [
                self._responder.respond(request_id(request), self._tokens_of(texts), started)
                for request, texts in zip(requests, sources)
            ]
        for request, texts, sender in zip(requests, sources, senders):
            self._answer_by(sender, request_id(request), texts, started)
        return None

    def finalize(self) -> None:
        if self._gate:
            self._gate.close()
        self._reader.close()
        self._metrics.close()
        log("info", "unloaded", model=self._name)

    def _open_gate(self, settings: Any) -> Gate:
        # As the pod has it (components/shared/names.ts), unless it says otherwise.
        port = int(os.environ.get("TRITON_BERT_METRICS_PORT", "8002"))
        read = partial(read_queues, port, settings["public"], self._name)
        gate = Gate(read, settings["waitingRequests"], settings["waitSeconds"])
        gate.start()
        return gate

    def _read(self, request: Any) -> list[Text]:
        if self._gate:
            self._gate.enter()
        return texts_of(array_of(request, self._text).reshape(-1), self._text, self._limits)

    def _tokens_of(self, texts: list[Text] | Exception) -> dict[str, Any] | Exception:
        return texts if isinstance(texts, Exception) else attempt(self._encoder.encode, texts)

    def _answer_by(self, sender: Any, identity: str, texts: list[Text] | Exception, started: float) -> None:
        """At once, or, where that takes long, in a thread of its own."""

        def answer() -> None:
            self._responder.send(sender, identity, started, self._tokens_of(texts))

        if isinstance(texts, Exception) or self._encoder.is_quick(texts):
            return answer()
        try:
            self._reader.submit(sum(len(text.characters) for text in texts), answer)
        except Overloaded as problem:
            self._responder.send(sender, identity, started, problem)

    def _senders(self, requests: list[Any]) -> list[Any] | None:
        """None: this release answers a model that is not decoupled in the call itself (python_backend before 24.06)."""
        try:
            return [request.get_response_sender() for request in requests]
        except Exception:
            return None
