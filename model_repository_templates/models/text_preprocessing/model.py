"""Triton model `text_preprocessing`: texts in, the graph's inputs out. Logic: bert_serving.tokenise."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from bert_serving.respond import Responder, array_of, attempt, log, request_id
from bert_serving.tokenise import Encoder, IntArray, texts_of

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
        self._responder = Responder(self._name)
        log("info", "loaded", model=self._name, maxLength=settings["maxLength"], inputs=settings["inputs"])

    def execute(self, requests: list[Any]) -> list[Any]:
        started = time.perf_counter()
        return [
            self._responder.respond(request_id(request), attempt(self._encode, request), started)
            for request in requests
        ]

    def finalize(self) -> None:
        self._responder.close()
        log("info", "unloaded", model=self._name)

    def _encode(self, request: Any) -> dict[str, IntArray]:
        return self._encoder.encode(texts_of(array_of(request, self._text).reshape(-1), self._text))
