"""How often two graphs give a text the same label. In: two models, the exported model's folder, texts. Out: that
share, and how much it can say. No graph has seen any text before: rounding goes by nothing but the weights and the text
itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from bert_serving.rows import Row, join
from bert_serving.tokenise import Encoder, whole
from cpu_graph.check import session

TOGETHER = 16


def agreement(one: ModelProto, other: ModelProto, folder: Path, texts: Sequence[str]) -> tuple[float, float]:
    """Shares of `texts`, 0 to 1: those whose decision is the same, and those that `one` gives its commonest decision,
    which is how often a graph agrees that always decides so."""
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], facts["maxLength"], facts["padTokenId"])
    # By length: much the quicker.
    rows = sorted(encoder.rows(whole(texts)), key=lambda row: len(row["input_ids"]))
    decisions = [_decisions(session(model), encoder, rows, facts["activation"]) for model in (one, other)]
    commonest = int(np.unique(decisions[0], axis=0, return_counts=True)[1].max())
    return float((decisions[0] == decisions[1]).all(axis=1).mean()), commonest / len(rows)


def _decisions(run: Any, encoder: Encoder, rows: list[Row], activation: str) -> npt.NDArray[np.int64]:
    """Of each text its best class; or, where classes may hold together, which do."""
    groups = (rows[begin : begin + TOGETHER] for begin in range(0, len(rows), TOGETHER))
    logits = np.concatenate([run.run(None, join(group, encoder.fillers))[0] for group in groups])
    if activation == "sigmoid":
        return np.asarray(logits > 0, dtype=np.int64)
    return np.asarray(logits.argmax(axis=1)[:, None], dtype=np.int64)
