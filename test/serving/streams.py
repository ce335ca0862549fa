"""A gRPC stream (ModelStreamInfer) by the official client. In: a server. Out: the labels of each text, or nothing once
the stream has ended."""

import queue
from types import TracebackType
from typing import Any

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

from ask import Server, labels


class Stream:
    def __init__(self, server: Server) -> None:
        self._model = server.api_name
        self._client = grpc.InferenceServerClient(server.grpc)
        self._answers: queue.Queue[Any] = queue.Queue()

    def __enter__(self) -> "Stream":
        self._client.start_stream(lambda result, error: self._answers.put((result, error)))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.stop_stream(cancel_requests=True)
        self._client.close()

    def ask(self, text: str) -> list[str] | None:
        tensor = grpc.InferInput("text_input", [1, 1], "BYTES")
        tensor.set_data_from_numpy(np.array([[text.encode()]], dtype=object))
        try:
            self._client.async_stream_infer(self._model, [tensor])
            result, error = self._answers.get(timeout=20)
        except (InferenceServerException, queue.Empty):
            return None
        return None if error is not None else labels(result)
