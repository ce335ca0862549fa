"""Tokenised texts, and the arrays that a graph takes. Without the tokenizer: who only runs the graph needs none."""

from __future__ import annotations

from typing import Dict, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bert_serving.errors import BadRequest

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
# One text: for each input of the graph its values, not padded.
Row = Dict[str, "Sequence[int] | IntArray"]


def join(rows: Sequence[Row], fillers: Mapping[str, int]) -> dict[str, IntArray]:
    """What the graph takes: one array for each input, padded on the right to the longest row."""
    return {name: pad([row[name] for row in rows], filler) for name, filler in fillers.items()}


def pad(rows: Sequence[Sequence[int] | IntArray], filler: int) -> IntArray:
    """Rows of different lengths as one array."""
    padded = np.full((len(rows), max(len(row) for row in rows)), filler, dtype=np.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded


def blank(inputs: Iterable[str], tokens: int) -> Row:
    """A text of this many tokens that says nothing: for measuring."""
    values = {"input_ids": 2, "attention_mask": 1, "token_type_ids": 0}
    return {name: [values[name]] * tokens for name in inputs}


def rows_of(arrays: Mapping[str, IntArray], longest: int) -> list[Row]:
    """The texts of a request that comes as the graph's inputs, each with its own padding. What lies in Triton's shared
    memory is copied: Triton takes it back. Raises BadRequest for what would break a run that is shared with others."""
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) != 1:
        raise BadRequest(f"{', '.join(arrays)} must have the same shape")
    texts, tokens = next(iter(shapes))
    if 0 in (texts, tokens):
        raise BadRequest(f"{', '.join(arrays)} must not be empty")
    if tokens > longest:
        raise BadRequest(f"{', '.join(arrays)} have {tokens} tokens a text; at most {longest} are served")
    copies = {name: array.copy() for name, array in arrays.items()}
    return [{name: copy[text] for name, copy in copies.items()} for text in range(texts)]
