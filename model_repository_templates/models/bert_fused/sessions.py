"""The graph, twice: on one thread for groups that run side by side, one for each core, and on all cores for a text that
is alone. In: tokenised texts. Out: their logits. The second session costs a second copy of the weights and makes a lone
answer quicker (7.0 → 5.9 ms on 2 cores: design.md, "Serving"); with one core there is only the first."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from bert_serving.infer import Logits, open_session
from bert_serving.tokenise import Row, join


class Sessions:
    def __init__(self, graph: str, cores: int, fillers: Mapping[str, int], logits: str) -> None:
        """`fillers`: the graph's inputs, each with the value that pads it. `logits`: the name of its output."""
        self._narrow = open_session(graph, 1)
        self._wide = open_session(graph, cores) if cores > 1 else self._narrow
        self._fillers = fillers
        self._logits = logits

    def run(self, rows: Sequence[Row], wide: bool) -> Logits:
        """Logits [texts, classes]. onnxruntime lets any number of threads into one session."""
        session: Any = self._wide if wide else self._narrow
        logits: Logits = session.run([self._logits], join(rows, self._fillers))[0]
        return logits
