"""The quality gate: the ONNX graph must answer as the original does.

It is our own and stops the build. In: the original, a session over the graph, the texts as ids. Out: the figures for
quality.json. Each text is compared alone and inside a padded batch, like with like: padding and masks are where exports
break for some lengths only. And alone against the batch: a client must not get another answer because of who asks at
the same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bert_exporter.errors import ParityError
from bert_exporter.model import Original
from bert_tasks import load
from bert_tasks.scores import scores_of

Batch = dict[str, NDArray[np.int64]]

# A batch is padded to its longest text, so the long ones go into a small batch of their own, with some of the shortest.
_BATCH = 8
_LONG_BATCH = 4
# Tokens that the long ones of a batch have at most.
TOGETHER = 512
# Bytes of the attention scores of one text; original and graph hold a few copies each, in a build that has some GiB.
_SCORES = 256 << 20
# Where a model does not say: those of a BERT-large.
_HEADS = 16


@dataclass(frozen=True)
class Encoded:
    """One text as serving will send it: ids, without padding."""

    text: str
    ids: list[int]
    type_ids: list[int]


@dataclass(frozen=True)
class Parity:
    """Figures of a comparison.

    Attributes:
        max_logit_difference: greatest absolute difference of any logit of any text.
        max_score_difference: the same of the scores that a client gets.
        label_agreement: share of the answers with the same decision of the task, 0 to 1.
        texts: how many texts were compared.
        batch_difference: greatest absolute difference of a logit between a text alone and the same text in a batch.
    """

    max_logit_difference: float
    max_score_difference: float
    label_agreement: float
    texts: int
    batch_difference: float


def encode_all(shipped: Any, texts: Sequence[str], max_length: int) -> list[Encoded]:
    """Texts as the shipped tokenizer cuts them, truncated as in serving."""
    from tokenizers import Tokenizer

    truncating = Tokenizer.from_str(shipped.to_str())
    truncating.enable_truncation(max_length)
    encodings = [truncating.encode(text) for text in texts]
    return [Encoded(text, e.ids, e.type_ids) for text, e in zip(texts, encodings, strict=True)]


def longest_alone(original: Original) -> int:
    """Tokens of the longest text that can be compared by itself: what it takes grows with the square of its length."""
    heads = getattr(original.model.config, "num_attention_heads", None)
    return int((_SCORES / 4 / (heads if isinstance(heads, int) and heads > 0 else _HEADS)) ** 0.5)


def compare(
    original: Original,
    session: Any,
    inputs: Sequence[str],
    texts: Sequence[Encoded],
    pad: int,
    very_long: Sequence[Encoded] = (),
) -> Parity:
    """Runs both over every text, alone and in batches.

    Args:
        inputs: the graph's inputs.
        pad: id that fills the shorter texts of a batch.
        very_long: texts for which a batch has no room.
    """
    singles = [[text] for text in (*texts, *very_long)]
    by_length = sorted(texts, key=lambda text: len(text.ids))
    short, long = by_length[:-2], by_length[-2:]
    batches = [short[start : start + _BATCH] for start in range(0, len(short), _BATCH)]
    batches.append([*short[: _LONG_BATCH - len(long)], *long])
    # Neighbours of like length hide mistakes of padding: once more with the shortest beside the longest.
    batches.append([*short[: _BATCH // 2], *short[-_BATCH // 2 :]])
    # Without the user's options, which are of the server image: a decision at the task's own default.
    decide = load(original.task, "decide").decider(list(original.id2label.values()), {})
    worst, apart, agreed, answers, moved = 0.0, 0.0, 0, 0, 0.0
    alone: dict[str, NDArray[np.float32]] = {}
    for group in (*singles, *batches):
        batch = _pad(group, inputs, pad)
        expected = original_logits(original.model, batch)
        got: NDArray[np.float32] = session.run(["logits"], batch)[0]
        if expected.shape != got.shape:
            raise ParityError(
                f"the graph answers {list(got.shape)}, the original {list(expected.shape)}",
                where="parity",
                remedy="an export that keeps the classifier's shape",
            )
        difference = float(np.abs(expected - got).max())
        # A NaN must not get lost in max(), and what is not finite has no score.
        worst = difference if np.isnan(difference) else max(worst, difference)
        if not np.isfinite(worst):
            break
        scores = [scores_of(logits, original.activation) for logits in (expected, got)]
        apart = max(apart, float(np.abs(scores[0] - scores[1]).max()))
        agreed += int((decide(scores[0]) == decide(scores[1])).all(axis=-1).sum())
        answers += len(group)
        for encoded, logits in zip(group, got, strict=True):
            # The singles come first.
            moved = max(moved, float(np.abs(alone.setdefault(encoded.text, logits) - logits).max()))
    return Parity(worst, apart, agreed / answers if answers else 0.0, len(texts) + len(very_long), moved)


def check_gate(parity: Parity, limit: float, name: str) -> None:
    """The gate itself.

    Raises:
        ParityError: when a logit differs by more than the limit, is not a number, or depends on the batch.
    """
    # Written so that NaN fails too.
    if not parity.max_logit_difference <= limit:
        raise ParityError(
            f"logits of the ONNX graph differ from the original's by up to {parity.max_logit_difference:.2e}, "
            f"more than qualityGate.maxLogitDifference = {limit:g} allows (scores by up to "
            f"{parity.max_score_difference:.2e}, same decision for {parity.label_agreement:.1%} of the answers over "
            f"{parity.texts} built-in texts)",
            where=name,
            remedy="do not serve this export; if the model's logits are large by nature, raise the gate",
        )
    if parity.batch_difference > limit:
        raise ParityError(
            f"a text's logits move by up to {parity.batch_difference:.2e} with the length of the texts beside it, more "
            f"than qualityGate.maxLogitDifference = {limit:g} allows: the model reads its padding",
            where=name,
            remedy="an architecture that masks padding (ConvBERT does not), or the pad_token_id that the model was "
            "trained with; to serve it all the same, raise the gate",
        )


def _pad(group: Sequence[Encoded], inputs: Sequence[str], pad: int) -> Batch:
    longest = max(len(text.ids) for text in group)

    def rows(values: Sequence[list[int]], fill: int) -> NDArray[np.int64]:
        return np.array([row + [fill] * (longest - len(row)) for row in values], dtype=np.int64)

    tensors = {
        "input_ids": rows([text.ids for text in group], pad),
        "attention_mask": rows([[1] * len(text.ids) for text in group], 0),
        "token_type_ids": rows([text.type_ids for text in group], 0),
    }
    return {name: tensors[name] for name in inputs}


def original_logits(model: Any, batch: Batch) -> NDArray[np.float32]:
    import torch

    with torch.inference_mode():
        logits = model(**{name: torch.from_numpy(values) for name, values in batch.items()}).logits
    result: NDArray[np.float32] = logits.numpy()
    return result
