"""Texts to the graph's inputs. In: the bytes of a request, tokenizer.json. Out: int64 arrays [texts, tokens].

A text that is too long is cut to `max_length` tokens, special tokens included, on the side that tokenizer.json says."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from bert_serving.errors import BadRequest

IntArray = npt.NDArray[np.int64]
# One text: for each input of the graph its values, not padded.
Row = Dict[str, Sequence[int]]


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
        # What pads each input; 0 in the attention mask is what makes padding unheard.
        self.fillers = {name: pad_token_id if name == "input_ids" else 0 for name in inputs}
        side = (self._tokenizer.truncation or {}).get("direction", "right")
        self._tokenizer.enable_truncation(max_length, direction=side)
        # tokenizer.json may carry padding to a fixed length; each short text would cost as much as a long one.
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> dict[str, IntArray]:
        """Padded on the right to the longest of `texts`."""
        return join(self.rows(texts), self.fillers)

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Each text by itself."""
        return [self._row(encoding) for encoding in self._tokenizer.encode_batch(list(texts))]

    def blank(self, tokens: int) -> Row:
        """A text of this many tokens that says nothing: for measuring."""
        values = {"input_ids": 2, "attention_mask": 1, "token_type_ids": 0}
        return {name: [values[name]] * tokens for name in self.fillers}

    def _row(self, encoding: Any) -> Row:
        columns = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        return {name: columns[name] for name in self.fillers}


def join(rows: Sequence[Row], fillers: Mapping[str, int]) -> dict[str, IntArray]:
    """What the graph takes: one array for each input, padded on the right to the longest row."""
    return {name: pad([row[name] for row in rows], filler) for name, filler in fillers.items()}


def pad(rows: Sequence[Sequence[int]], filler: int) -> IntArray:
    """Rows of different lengths as one array."""
    padded = np.full((len(rows), max(len(row) for row in rows)), filler, dtype=np.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded
