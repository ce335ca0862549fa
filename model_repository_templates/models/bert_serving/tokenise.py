"""Texts to the graph's inputs. In: the bytes of a request, tokenizer.json. Out: int64 arrays [texts, tokens].

A text that is too long is cut to `max_length` tokens, special tokens included, on the side that tokenizer.json says."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from bert_serving.errors import BadRequest

IntArray = npt.NDArray[np.int64]


def texts_of(values: Iterable[Any], tensor: str) -> list[str]:
    """The texts of a BYTES tensor. Raises BadRequest for one that is empty or no UTF-8, naming `tensor[position]`."""
    return [_text(value, f"{tensor}[{position}]") for position, value in enumerate(values)]


def _text(value: Any, place: str) -> str:
    try:
        text = value.decode("utf-8") if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError as problem:
        # "from None": the original error carries the bytes, and a traceback would show them.
        raise BadRequest(f"{place} is not UTF-8 at byte {problem.start}") from None
    if not text.strip():
        raise BadRequest(f"{place} is empty")
    return text


class Encoder:
    """A tokenizer that fills the named inputs of a graph: `input_ids`, `attention_mask`, `token_type_ids`."""

    def __init__(self, tokenizer_json: str, inputs: Sequence[str], max_length: int, pad_token_id: int) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer_json)
        self._inputs = tuple(inputs)
        self._pad_token_id = pad_token_id
        side = (self._tokenizer.truncation or {}).get("direction", "right")
        self._tokenizer.enable_truncation(max_length, direction=side)
        # tokenizer.json may carry padding to a fixed length; each short text would cost as much as a long one.
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> dict[str, IntArray]:
        """Padded on the right to the longest of `texts`; padding is 0 in the attention mask."""
        encodings = self._tokenizer.encode_batch(list(texts))
        columns = {
            "input_ids": ([e.ids for e in encodings], self._pad_token_id),
            "attention_mask": ([e.attention_mask for e in encodings], 0),
            "token_type_ids": ([e.type_ids for e in encodings], 0),
        }
        return {name: pad(*columns[name]) for name in self._inputs}


def pad(rows: Sequence[Sequence[int]], filler: int) -> IntArray:
    """Rows of different lengths as one array."""
    padded = np.full((len(rows), max(len(row) for row in rows)), filler, dtype=np.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded
