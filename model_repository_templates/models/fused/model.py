"""Triton model `fused`: the public model of the fused pipeline on a CPU; texts in, for each its label and score out.

`execute` only tokenises into the pool and returns, or waits while the pool is full; the workers answer, through the
requests' response senders. So Triton's own queue holds, and counts, what the cores are too busy for."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

import numpy as np
import triton_python_backend_utils as pb_utils

from bert_fused.pool import Pool
from bert_fused.reply import Answer, Outcome, Reply
from bert_fused.sessions import Sessions
from bert_fused.split import Costs
from bert_fused.workers import Workers
from bert_serving.answer import answer
from bert_serving.cores import cores
from bert_serving.infer import together_or_alone
from bert_serving.respond import array_of, attempt, log, request_id, respond
from bert_serving.tokenise import Encoder, Row, texts_of

HERE = Path(__file__).parent
# Texts that wait for a core in here; a cap of 64 hid the whole queue from autoscaling (design.md, "Serving").
POOL_CAPACITY = 16


@dataclass(frozen=True)
class Text:
    row: Row
    reply: Reply
    position: int


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        # Threads of the tokenizer would take the cores of the graph for a task of microseconds.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._text: str = settings["text"]
        self._label: str = settings["label"]
        self._score: str = settings["score"]
        self._labels: list[str] = settings["labels"]
        self._activation: str = settings["activation"]
        tokenizer = (HERE / "tokenizer.json").read_text(encoding="utf-8")
        self._encoder = Encoder(tokenizer, settings["inputs"], settings["maxLength"], settings["padTokenId"])
        count = cores()
        self._sessions = Sessions(str(HERE / "model.onnx"), count, self._encoder.fillers, settings["logits"])
        self._workers: Workers[Text] = Workers(Pool(Costs(), POOL_CAPACITY), count, self._run)
        log("info", "loaded", model=self._name, cores=count, maxLength=settings["maxLength"])

    def execute(self, requests: list[Any]) -> None:
        for request in requests:
            self._accept(request)

    def finalize(self) -> None:
        self._workers.close()
        log("info", "unloaded", model=self._name)

    def _accept(self, request: Any) -> None:
        """Puts a request's texts into the pool, or refuses it at once."""
        # The request's tensors lie in shared memory that Triton takes back; what outlives this call are id and sender.
        identity, sender = request_id(request), request.get_response_sender()

        def send(outcome: Outcome | Exception) -> None:
            self._send(sender, identity, outcome)

        try:
            rows = self._encoder.rows(texts_of(array_of(request, self._text).reshape(-1), self._text))
        except Exception as problem:
            return send(problem)
        reply = Reply(len(rows), send)
        self._workers.submit([(len(row["input_ids"]), Text(row, reply, at)) for at, row in enumerate(rows)])
        return None

    def _run(self, texts: Sequence[Text], alone: bool) -> None:
        for text, outcome in zip(texts, together_or_alone(lambda group: self._answers(group, alone), texts)):
            text.reply.put(text.position, outcome)

    def _answers(self, texts: Sequence[Text], alone: bool) -> list[Answer]:
        logits = self._sessions.run([text.row for text in texts], wide=alone)
        labels, scores = answer(logits, self._labels, self._activation)
        return list(zip(labels, scores.tolist()))

    def _send(self, sender: Any, identity: str, outcome: Outcome | Exception) -> None:
        tensors = outcome if isinstance(outcome, Exception) else attempt(self._tensors, outcome)
        try:
            sender.send(respond(self._name, identity, tensors), flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        except Exception as problem:
            # Nobody waits for this answer any more; the worker has others to bring.
            log("error", "answer not sent", model=self._name, request=identity, kind=type(problem).__name__)

    def _tensors(self, answers: Outcome) -> dict[str, Any]:
        labels, scores = zip(*answers)
        return {
            self._label: np.array([label.encode() for label in labels], dtype=object),
            self._score: np.array(scores, dtype=np.float32),
        }
