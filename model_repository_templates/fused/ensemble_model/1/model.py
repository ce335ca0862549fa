"""The public model of the fused pipeline: texts in, for each what the task answers out. The graph runs in this process,
or, where the server has the C++ onnxruntime backend, in the model behind.

`execute` only tokenises into the engine's pool and returns; answers go out later. Texts that are long to tokenise are
left to a thread of their own."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import Any, Sequence

from bert_batching.calibrate import costs_of
from bert_batching.engine import Engine, Graph
from bert_batching.intake import Intake
from bert_serving.answering import Answer, Answering
from bert_serving.cores import cores
from bert_serving.metrics import Metrics
from bert_serving.respond import Responder, attempt, log, request_id
from bert_serving.tokenise import Encoder
from bert_serving.vnni import has_vnni

HERE = Path(__file__).parent


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        # Threads of the tokenizer would take the cores of the graph for a task of microseconds.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
        self._name = args["model_name"]
        self._answering = Answering(settings)
        tokenizer = (HERE / "tokenizer.json").read_text(encoding="utf-8")
        encoder = Encoder(tokenizer, settings["inputs"], settings["maxLength"], settings["padTokenId"])
        open_graph = self._behind if settings["behind"] else self._here
        graph, runners, told = open_graph(settings, encoder)
        costs = costs_of(settings, encoder.fillers, graph.run)
        self._engine: Engine[Answer] = Engine(graph, runners, costs, settings, self._answering.answers)
        self._intake = Intake(encoder, self._engine, settings)
        self._metrics = Metrics()
        self._responder = Responder(self._name, self._metrics)
        self._engine.measure(self._metrics, self._name)
        self._metrics.start()
        told = {**told, "maxLength": settings["maxLength"], "call": costs.call, "tokens": costs.tokens}
        log("info", "loaded", model=self._name, **told)

    def execute(self, requests: list[Any]) -> None:
        for request in requests:
            # What outlives this call are id and sender.
            sender = request.get_response_sender()
            send = partial(self._send, sender, request_id(request), time.perf_counter())
            self._intake.accept(request, sender, send, single=len(requests) == 1)
        self._engine.rest(self._intake.flush)

    def finalize(self) -> None:
        self._intake.close()
        self._engine.close()
        self._metrics.close()
        log("info", "unloaded", model=self._name)

    def _here(self, settings: Any, encoder: Encoder) -> tuple[Graph, int, dict[str, Any]]:
        """The graph in this process, how many runs it bears at once, and what to tell."""
        # Only here: a server with the C++ backend has no onnxruntime package.
        from bert_batching.sessions import Sessions

        facts = json.loads((HERE / "graph.json").read_text(encoding="utf-8"))
        if facts["precision"] == "int8" and not has_vnni():
            raise RuntimeError("this CPU lacks VNNI, without which int8 answers wrongly; set precision to fp32")
        count = cores()
        graph = Sessions(str(HERE / "model.onnx"), count, encoder.fillers, settings["logits"])
        return graph, count, {"cores": count, "graph": facts}

    def _behind(self, settings: Any, encoder: Encoder) -> tuple[Graph, int, dict[str, Any]]:
        """The graph in a model of its own."""
        from bert_batching.behind import Behind

        name, runners = settings["behind"]["model"], settings["behind"]["runners"]
        return Behind(name, encoder.fillers, settings["logits"]), runners, {"behind": name, "runners": runners}

    def _send(self, sender: Any, identity: str, started: float, outcome: Sequence[Answer] | Exception) -> None:
        tensors = outcome if isinstance(outcome, Exception) else attempt(self._answering.tensors, outcome)
        self._responder.send(sender, identity, started, tensors)
