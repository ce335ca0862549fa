"""Texts as arrays: padded together, and taken apart."""

import numpy as np
import pytest

from bert_serving.errors import BadRequest
from bert_serving.rows import blank, join, rows_of

FILLERS = {"input_ids": 7, "attention_mask": 0}


def test_a_request_is_taken_apart_into_its_texts_and_outlives_its_arrays() -> None:
    ids = np.array([[1, 2], [3, 4]], dtype=np.int64)
    rows = rows_of({"input_ids": ids, "attention_mask": np.ones_like(ids)}, 2)
    ids[:] = 0
    assert [row["input_ids"].tolist() for row in rows] == [[1, 2], [3, 4]]  # type: ignore[union-attr]


def test_rows_of_different_lengths_are_padded_each_input_with_its_own_value() -> None:
    one = rows_of({name: np.ones((1, 3), dtype=np.int64) for name in FILLERS}, 3)
    joined = join([*one, blank(FILLERS, 1)], FILLERS)
    assert joined["input_ids"].tolist() == [[1, 1, 1], [2, 7, 7]]
    assert joined["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("ids", "mask", "because"),
    [
        ((1, 3), (1, 2), "input_ids, attention_mask must have the same shape"),
        ((1, 0), (1, 0), "must not be empty"),
        ((1, 5), (1, 5), "input_ids, attention_mask have 5 tokens a text; at most 4 are served"),
    ],
)
def test_shapes_that_would_break_a_shared_run_are_refused(
    ids: tuple[int, int], mask: tuple[int, int], because: str
) -> None:
    with pytest.raises(BadRequest, match=because):
        rows_of({"input_ids": np.ones(ids, np.int64), "attention_mask": np.ones(mask, np.int64)}, 4)
