"""The graph in a model of its own behind the public one: Triton's C++ onnxruntime backend, on a GPU or a CPU. In:
tokenised texts. Out: their logits, by a call from model to model (BLS). The model behind may run several calls at once:
the one that comes is ready when the one that runs has ended."""

from __future__ import annotations

from typing import Mapping, Sequence

import triton_python_backend_utils as pb_utils

from bert_serving.rows import FloatArray, Row, join


class Behind:
    def __init__(self, model: str, fillers: Mapping[str, int], logits: str) -> None:
        """`fillers`: the graph's inputs, each with the value that pads it. `logits`: the name of its output."""
        self._model = model
        self._fillers = fillers
        self._logits = logits

    def run(self, rows: Sequence[Row], wide: bool) -> FloatArray:  # noqa: ARG002
        """Logits [texts, classes]. `wide` changes nothing: a text that is alone has all of the model behind anyway.

        Raises RuntimeError where that model answers with an error."""
        request = pb_utils.InferenceRequest(
            model_name=self._model,
            requested_output_names=[self._logits],
            inputs=[pb_utils.Tensor(name, array) for name, array in join(rows, self._fillers).items()],
            # Of a GPU's answer a few numbers a text are wanted, here.
            preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU, 0),
        )
        response = request.exec()
        if response.has_error():
            raise RuntimeError(response.error().message())
        logits: FloatArray = pb_utils.get_output_tensor_by_name(response, self._logits).as_numpy()
        return logits
