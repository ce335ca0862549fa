"""Several requests in one call: who runs with whom, and who fails."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bert_serving.errors import BadRequest
from bert_serving.infer import Feed, Graph, checked, groups_by_length
from bert_serving.together import together_or_alone

FORBIDDEN = 99


class Session:
    """Adds up the ids that are not masked; refuses one id. Remembers the shapes that it was run with."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def run(self, _outputs: list[str], feed: Feed) -> list[Any]:
        self.shapes.append(feed["input_ids"].shape)
        if (feed["input_ids"] == FORBIDDEN).any():
            raise IndexError(f"no such id: {FORBIDDEN}")
        return [(feed["input_ids"] * feed["attention_mask"]).sum(axis=1, keepdims=True).astype(np.float32)]


def feed(*rows: list[int]) -> Feed:
    ids = np.array(rows, dtype=np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids)}


def graph(session: Session) -> Graph:
    return Graph(session, {"input_ids": 7, "attention_mask": 0}, "logits")


def values(outcomes: list[Any]) -> list[Any]:
    return [outcome if isinstance(outcome, Exception) else outcome[:, 0].tolist() for outcome in outcomes]


def test_answers_come_in_the_order_of_the_requests_whatever_ran_together() -> None:
    session = Session()
    feeds = [feed([1] * 40), feed([1, 2], [3, 4]), feed([5]), feed([2] * 45)]
    assert values(graph(session).run_all(feeds)) == [[40], [3, 7], [5], [90]]
    assert session.shapes == [(3, 2), (2, 45)]


@pytest.mark.parametrize("place", range(4))
def test_a_bad_request_fails_alone_in_every_position(place: int) -> None:
    feeds = [feed([1, 1]), feed([2, 2]), feed([3])]
    feeds.insert(place, feed([FORBIDDEN, 1]))
    outcomes = values(graph(Session()).run_all(feeds))
    bad = outcomes.pop(place)
    assert isinstance(bad, BadRequest)
    assert str(FORBIDDEN) not in str(bad)
    assert outcomes == [[2], [4], [3]]


def test_what_was_refused_before_is_passed_on() -> None:
    refused = BadRequest("no")
    assert values(graph(Session()).run_all([feed([1]), refused])) == [[1], refused]
    assert graph(Session()).run_all([refused]) == [refused]
    assert graph(Session()).run_all([]) == []


@pytest.mark.parametrize(
    ("lengths", "groups"),
    [
        ([], []),
        ([5], [[0]]),
        ([5, 5, 5], [[0, 1, 2]]),
        ([500, 5, 8], [[1, 2], [0]]),
        ([10, 25, 26], [[0, 1], [2]]),
    ],
)
def test_a_short_text_never_runs_with_a_long_one(lengths: list[int], groups: list[list[int]]) -> None:
    assert groups_by_length(lengths) == groups


def test_shapes_that_would_break_a_shared_run_are_refused() -> None:
    ids = np.ones((1, 3), dtype=np.int64)
    with pytest.raises(BadRequest, match="the same shape"):
        checked({"input_ids": ids, "attention_mask": ids[:, :2]})
    with pytest.raises(BadRequest, match="must not be empty"):
        checked({"input_ids": ids[:, :0], "attention_mask": ids[:, :0]})


def test_what_fails_together_is_tried_alone() -> None:
    def doubled(members: Sequence[int]) -> list[int]:
        if FORBIDDEN in members:
            raise ArithmeticError(FORBIDDEN)
        return [2 * member for member in members]

    assert together_or_alone(doubled, [1, 2]) == [2, 4]
    first, second, third = together_or_alone(doubled, [1, FORBIDDEN, 3])
    assert (first, third) == (2, 6)
    assert isinstance(second, ArithmeticError)
