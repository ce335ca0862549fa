"""Triton model `fused`: the public model of the fused pipeline; texts in, for each its label and score out. The graph
runs in this process, or, where the server has the C++ onnxruntime backend, in the model behind.

`execute` only tokenises into the pool and returns; answers go out later, through the requests' response senders. Texts
that are long to tokenise are left to a thread of their own. All that waits does so in the pool, which knows an order,
and a bound that is counted: Triton's own queue knows neither.

A response sender waits until Triton has taken the answer. A thread of its own does so, that the workers need not."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Sequence

import numpy as np
import triton_python_backend_utils as pb_utils

from bert_fused.calibrate import calibrate
from bert_fused.intake import Intake, Text
from bert_fused.pool import Pool
from bert_fused.reply import Answer, Outcome
from bert_fused.split import Costs
from bert_fused.workers import Workers
from bert_serving.answer import FloatArray, answer
from bert_serving.cores import cores
from bert_serving.errors import BadRequest, Overloaded
from bert_serving.metrics import Metrics
from bert_serving.respond import Responder, attempt, log, request_id
from bert_serving.together import together_or_alone
from bert_serving.tokenise import Encoder, Row
from bert_serving.vnni import has_vnni

HERE = Path(__file__).parent
# Texts that wait at least, before more are taken out of Triton's queue at once. Twice as many were not quicker
# (docs/performance.md).
POOL_CAPACITY = 8


class Graph(Protocol):
    def run(self, rows: Sequence[Row], wide: bool) -> FloatArray: ...


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        # Threads of the tokenizer would take the cores of the graph for a task of microseconds.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._label: str = settings["label"]
        self._score: str = settings["score"]
        self._labels: list[str] = settings["labels"]
        self._activation: str = settings["activation"]
        tokenizer = (HERE / "tokenizer.json").read_text(encoding="utf-8")
        self._encoder = Encoder(tokenizer, settings["inputs"], settings["maxLength"], settings["padTokenId"])
        self._graph, runners, told = self._behind(settings) if settings["behind"] else self._here(settings)
        costs = self._costs(settings)
        pool: Pool[Text] = Pool(costs, POOL_CAPACITY, settings["waitingRequests"], self._expire)
        self._workers: Workers[Text] = Workers(pool, runners, self._run)
        self._sending = ThreadPoolExecutor(max_workers=1)
        self._intake = Intake(self._encoder, self._workers, settings)
        self._metrics = Metrics()
        self._responder = Responder(self._name, self._metrics)
        self._measure()
        self._metrics.start()
        told = {**told, "maxLength": settings["maxLength"], "call": costs.call, "tokens": costs.tokens}
        log("info", "loaded", model=self._name, **told)

    def execute(self, requests: list[Any]) -> None:
        for request in requests:
            # What outlives this call are id and sender.
            sender = request.get_response_sender()
            send = partial(self._send, sender, request_id(request), time.perf_counter())
            self._intake.accept(request, sender, send, single=len(requests) == 1)
        if self._intake.draining:
            # To Triton a request is done when this call returns; it ends one second after the last, whatever waits
            # here.
            self._drain()
        else:
            self._workers.wait_for_room()

    def _drain(self) -> None:
        """Returns when everything is answered."""
        self._intake.flush()
        self._workers.drain()
        self._sending.submit(int).result()

    def finalize(self) -> None:
        self._intake.close()
        self._workers.close()
        self._sending.shutdown()
        self._metrics.close()
        log("info", "unloaded", model=self._name)

    def _measure(self) -> None:
        """What has left Triton's own queue and still waits would be unseen by autoscaling."""
        self._metrics.counter(
            "triton_bert_queue_duration_us",
            "Microseconds that requests have waited inside a model, after Triton's own queue",
            {self._name: lambda: self._workers.waits()[0] * 1e6},
            label="model",
        )
        self._metrics.gauge(
            "triton_bert_pending_request_count",
            "Requests that wait inside a model, after Triton's own queue",
            lambda: self._workers.waits()[1],
            model=self._name,
        )

    def _here(self, settings: Any) -> tuple[Graph, int, dict[str, Any]]:
        """The graph in this process, how many runs it bears at once, and what to tell."""
        # Only here: a server with the C++ backend has no onnxruntime package.
        from bert_fused.sessions import Sessions

        facts = json.loads((HERE / "graph.json").read_text(encoding="utf-8"))
        if facts["precision"] == "int8" and not has_vnni():
            raise RuntimeError("this CPU lacks VNNI, without which int8 answers wrongly; set precision to fp32")
        count = cores()
        graph = Sessions(str(HERE / "model.onnx"), count, self._encoder.fillers, settings["logits"])
        return graph, count, {"cores": count, "graph": facts}

    def _behind(self, settings: Any) -> tuple[Graph, int, dict[str, Any]]:
        """The graph in a model of its own."""
        from bert_fused.behind import Behind

        name, runners = settings["behind"]["model"], settings["behind"]["runners"]
        return Behind(name, self._encoder.fillers, settings["logits"]), runners, {"behind": name, "runners": runners}

    def _costs(self, settings: Any) -> Costs:
        """As the config says, or as measured now."""
        if settings["runCosts"]:
            return Costs(**settings["runCosts"])
        return calibrate(
            lambda lengths: self._graph.run([self._encoder.blank(tokens) for tokens in lengths], wide=False),
            settings["maxLength"],
        )

    def _run(self, texts: Sequence[Text], alone: bool) -> None:
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

    def _expire(self, text: Text) -> None:
        self._sending.submit(text.reply.refuse, Overloaded("the request waited too long"))

    def _reply(self, texts: Sequence[Text], outcomes: Sequence[Answer | Exception]) -> None:
        for text, outcome in zip(texts, outcomes):
            text.reply.put(text.position, outcome)

    def _answers(self, texts: Sequence[Text], alone: bool) -> list[Answer]:
        logits = self._graph.run([text.row for text in texts], wide=alone)
        labels, scores = answer(logits, self._labels, self._activation)
        return list(zip(labels, scores.tolist()))

    def _send(self, sender: Any, identity: str, started: float, outcome: Outcome | Exception) -> None:
        tensors = outcome if isinstance(outcome, Exception) else attempt(self._tensors, outcome)
        try:
            sender.send(
                self._responder.respond(identity, tensors, started), flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
            )
        except Exception as problem:
            # Nobody waits for this answer any more; the worker has others to bring.
            log("error", "answer not sent", model=self._name, request=identity, kind=type(problem).__name__)

    def _tensors(self, answers: Outcome) -> dict[str, Any]:
        labels, scores = zip(*answers)
        return {
            self._label: np.array([label.encode() for label in labels], dtype=object),
            self._score: np.array(scores, dtype=np.float32),
        }
