"""How often two graphs decide the same of a text, as the model's task decides. In: two models, the exported model's
folder, what is said of the decision, texts. Out: that share, and how much it can say. No graph has seen any text
before: rounding goes by nothing but the weights and the text itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto

from bert_serving.rows import Row, join
from bert_serving.tokenise import Encoder, whole
from bert_tasks import load
from bert_tasks.scores import FloatArray, scores_of
from cpu_graph.check import session

TOGETHER = 16
# Tokens of a text that are looked at: what one takes of memory grows with the square.
LONGEST = 512
# Makes the session of a graph.
Open = Callable[[], Any]


def agreement(
    one: ModelProto, other: ModelProto, folder: Path, texts: Sequence[str], decision: Mapping[str, Any]
) -> tuple[float, float]:
    """Shares of `texts`, 0 to 1: those whose decision is the same, and those that `one` gives its commonest decision,
    which is how often a graph agrees that always decides so. `decision`: `options` as decide.py of the task takes them,
    and `labels` where they are not the model's own."""
    both = partial(session, one, folder), partial(session, other, folder)
    return compared(*both, folder, texts, decision)[:2]


def compared(
    one: Open, other: Open, folder: Path, texts: Sequence[str], decision: Mapping[str, Any]
) -> tuple[float, float, float]:
    """As `agreement`, of what opens two graphs, one after the other; and how far two scores of a class lie apart at
    most, relative to the largest (of a regression) or to 1."""
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], min(facts["maxLength"], LONGEST), facts["padTokenId"])
    # By length: much the quicker.
    rows = sorted(encoder.rows(whole(texts)), key=lambda row: len(row["input_ids"]))
    labels = decision.get("labels") or facts["labels"]
    decide = load(facts["task"], "decide").decider(labels, decision.get("options", {}))
    scores = [scores_of(_logits(graph(), encoder, rows), facts["activation"]) for graph in (one, other)]
    decisions = [decide(each) for each in scores]
    commonest = int(np.unique(decisions[0], axis=0, return_counts=True)[1].max())
    apart = float(np.abs(scores[0] - scores[1]).max() / max(1, np.abs(scores[0]).max()))
    return float((decisions[0] == decisions[1]).all(axis=1).mean()), commonest / len(rows), apart


def _logits(run: Any, encoder: Encoder, rows: list[Row]) -> FloatArray:
    groups = (rows[begin : begin + TOGETHER] for begin in range(0, len(rows), TOGETHER))
    return np.concatenate([run.run(None, join(group, encoder.fillers))[0] for group in groups])
