"""The graph, on onnxruntime in this process. In: for each request its int64 arrays [texts, tokens]. Out: for each
request its logits [texts, classes], or why there are none.

Requests come padded to their own longest text. Those of about the same length run together; a short text never waits in
the same run as a long one, which would make it as slow."""

from __future__ import annotations

from typing import Any, Dict, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

from bert_serving.errors import BadRequest
from bert_serving.together import together_or_alone

Feed = Dict[str, npt.NDArray[np.int64]]
Logits = npt.NDArray[np.float32]
# A run is cut where the next request is longer than this times the shortest, plus the tokens that one more call costs.
LENGTH_RATIO, CALL_COST_TOKENS = 1.5, 10


def open_session(path: str, threads: int) -> Any:
    """An onnxruntime session that keeps to `threads` cores."""
    # Nobody asked for it, and pods have no way out.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads that spin eat the CPU quota of the pod; while a run is going on spinning is quicker than sleeping.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def groups_by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Positions in `lengths`, shortest first, cut into runs of about the same length."""
    groups: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda position: lengths[position]):
        if groups and lengths[position] <= lengths[groups[-1][0]] * LENGTH_RATIO + CALL_COST_TOKENS:
            groups[-1].append(position)
        else:
            groups.append([position])
    return groups


def checked(feed: Feed) -> Feed:
    """Raises BadRequest for what would break a run that is shared with others."""
    shapes = {array.shape for array in feed.values()}
    if len(shapes) != 1:
        raise BadRequest(f"{', '.join(feed)} must have the same shape")
    if 0 in next(iter(shapes)):
        raise BadRequest(f"{', '.join(feed)} must not be empty")
    return feed


class Graph:
    """A session that answers several requests at once, and lets a bad one fail alone."""

    def __init__(self, session: Any, fillers: dict[str, int], logits: str) -> None:
        """`fillers`: the graph's inputs, each with the value that pads it. `logits`: the name of its output."""
        self._session = session
        self._fillers = fillers
        self._logits = logits

    def run_all(self, feeds: Sequence[Feed | Exception]) -> list[Logits | Exception]:
        """One outcome for each feed, in order. A feed that is an exception already is passed on."""
        outcomes: list[Logits | Exception] = [feed if isinstance(feed, Exception) else BadRequest() for feed in feeds]
        good = {position: feed for position, feed in enumerate(feeds) if not isinstance(feed, Exception)}
        positions = list(good)
        for group in groups_by_length([next(iter(feed.values())).shape[1] for feed in good.values()]):
            members = [positions[index] for index in group]
            for position, outcome in zip(members, self._run_group([good[position] for position in members])):
                outcomes[position] = outcome
        return outcomes

    def _run_group(self, feeds: list[Feed]) -> list[Logits | Exception]:
        # Only the kind of error: onnxruntime's message quotes token ids, and those are the text.
        return [
            BadRequest(f"the graph refuses these inputs ({type(outcome).__name__})")
            if isinstance(outcome, Exception)
            else outcome
            for outcome in together_or_alone(self._logits_of, feeds)
        ]

    def _logits_of(self, feeds: Sequence[Feed]) -> list[Logits]:
        logits = self._session.run([self._logits], self._joined(feeds))[0]
        ends = np.cumsum([len(next(iter(feed.values()))) for feed in feeds])
        return list(np.split(logits, ends[:-1]))

    def _joined(self, feeds: Sequence[Feed]) -> Feed:
        if len(feeds) == 1:
            return feeds[0]
        longest = max(next(iter(feed.values())).shape[1] for feed in feeds)
        return {
            name: np.concatenate(
                [
                    np.pad(feed[name], ((0, 0), (0, longest - feed[name].shape[1])), constant_values=filler)
                    for feed in feeds
                ]
            )
            for name, filler in self._fillers.items()
        }
