"""The graph on onnxruntime, twice: on one thread for groups that run side by side, one for each core, and on all cores
for a text that is alone. In: tokenised texts. Out: their logits. The second session costs a second copy of the weights
and makes a lone answer quicker (7.0 → 5.9 ms on 2 cores: design.md, "Serving"); with one core there is only the
first.

Very long texts (pool.py) run on all cores, too; one that was alone and one out of the pool after each other."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Mapping, Sequence

import onnxruntime

from bert_batching.pool import LONG
from bert_serving.rows import FloatArray, Row, join


class Sessions:
    def __init__(self, graph: str, cores: int, fillers: Mapping[str, int], logits: str) -> None:
        """`fillers`: the graph's inputs, each with the value that pads it. `logits`: the name of its output."""
        self._narrow = open_session(graph, 1)
        self._wide = open_session(graph, cores) if cores > 1 else self._narrow
        self._fillers = fillers
        self._logits = logits
        self._very_long = threading.Lock()

    def run(self, rows: Sequence[Row], wide: bool) -> FloatArray:
        """Logits [texts, classes]. onnxruntime lets any number of threads into one session."""
        if max(len(row["input_ids"]) for row in rows) <= LONG:
            return self._run(self._wide if wide else self._narrow, rows)
        with self._very_long:
            return self._run(self._wide, rows)

    def _run(self, session: Any, rows: Sequence[Row]) -> FloatArray:
        logits: FloatArray = session.run([self._logits], join(rows, self._fillers))[0]
        return logits


def open_session(path: str, threads: int) -> Any:
    """An onnxruntime session that keeps to `threads` cores. `path`: a graph; or a folder with it in it, where its
    weights are a file of their own."""
    # Nobody asked for it, and pods have no way out.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads that spin eat the CPU quota of the pod; while a run is going on spinning is quicker than sleeping.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    graph = Path(path) / "model.onnx" if Path(path).is_dir() else path
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
