"""How often two graphs decide the same of a text, as the model's task decides. In: two models, the exported model's
folder, what is said of the decision, texts. Out: that share, and how much it can say. No graph has seen any text
before: rounding goes by nothing but the weights and the text itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


def agreement(
    one: ModelProto, other: ModelProto, folder: Path, texts: Sequence[str], decision: Mapping[str, Any]
) -> tuple[float, float]:
    """Shares of `texts`, 0 to 1: those whose decision is the same, and those that `one` gives its commonest decision,
    which is how often a graph agrees that always decides so. `decision`: `options` as decide.py of the task takes them,
    and `labels` where they are not the model's own."""
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], facts["maxLength"], facts["padTokenId"])
    # By length: much the quicker.
    rows = sorted(encoder.rows(whole(texts)), key=lambda row: len(row["input_ids"]))
    labels = decision.get("labels") or facts["labels"]
    decide = load(facts["task"], "decide").decider(labels, decision.get("options", {}))
    logits = (_logits(session(model, folder), encoder, rows) for model in (one, other))
    decisions = [decide(scores_of(each, facts["activation"])) for each in logits]
    commonest = int(np.unique(decisions[0], axis=0, return_counts=True)[1].max())
    return float((decisions[0] == decisions[1]).all(axis=1).mean()), commonest / len(rows)


def _logits(run: Any, encoder: Encoder, rows: list[Row]) -> FloatArray:
    groups = (rows[begin : begin + TOGETHER] for begin in range(0, len(rows), TOGETHER))
    return np.concatenate([run.run(None, join(group, encoder.fillers))[0] for group in groups])
