"""Stands in for Triton's C++ onnxruntime backend, which no package index carries. Requests wait in Triton's own queue;
a call runs its batch, whose texts all have the same number of tokens, and returns. It shows no more than that: not the
backend's speed, its threads, its memory or a GPU.

Beside it lie model.onnx and bert_batching, whose sessions tests can slow down or break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from bert_batching.sessions import open_session

GRAPH = str(Path(__file__).parent / "model.onnx")


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        config = json.loads(args["model_config"])
        self._inputs: list[str] = [tensor["name"] for tensor in config["input"]]
        (self._output,) = (tensor["name"] for tensor in config["output"])
        self._session = open_session(GRAPH, 1)

    def execute(self, requests: list[Any]) -> list[Any]:
        feeds = [{name: _array(request, name) for name in self._inputs} for request in requests]
        try:
            joined = {name: np.concatenate([feed[name] for feed in feeds]) for name in self._inputs}
            logits = self._session.run([self._output], joined)[0]
        except Exception as problem:
            # As the C++ backend does, too: the whole batch fails.
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(problem)))] * len(requests)
        ends = np.cumsum([len(feed[self._inputs[0]]) for feed in feeds])
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor(self._output, part)]) for part in np.split(logits, ends[:-1])
        ]


def _array(request: Any, name: str) -> Any:
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy()
