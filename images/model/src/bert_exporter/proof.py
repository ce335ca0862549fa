"""What the original answers, for whoever serves the export to be held against (images/server, `replay`).

Of transformers' own tokenizer and model, each text alone: nothing that is shipped has a part in it. In: the original.
Out: a Proof, which proof.json is written from.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bert_exporter.graph import TOKEN_TYPES
from bert_exporter.model import Original
from bert_exporter.parity import original_logits
from bert_exporter.texts import PROOF_TEXTS
from bert_tasks.proof import Proof, answered


def prove(original: Original, tokenizer: Any, labels: Sequence[str], max_length: int, gate: float) -> Proof:
    """Asks the original the built-in texts.

    Args:
        tokenizer: transformers' own.
        labels: of the classes, in their order.
        max_length: tokens at which it truncates.
        gate: greatest difference of a logit that the export was allowed.
    """
    encoded = [
        tokenizer(text, truncation=True, max_length=max_length, return_token_type_ids=True) for text in PROOF_TEXTS
    ]
    logits = np.concatenate([original_logits(original.model, _alone(original, text)) for text in encoded])
    return Proof(
        gate=gate,
        task=original.task,
        activation=original.activation,
        labels=list(labels),
        texts=list(PROOF_TEXTS),
        ids=[text["input_ids"] for text in encoded],
        logits=logits,
        said=answered(original.task, original.activation, labels, logits),
    )


def _alone(original: Original, encoded: Any) -> dict[str, Any]:
    columns = {
        "input_ids": encoded["input_ids"],
        "attention_mask": [1] * len(encoded["input_ids"]),
        TOKEN_TYPES: encoded["token_type_ids"],
    }
    return {name: np.array([columns[name]], dtype=np.int64) for name in original.inputs}
