"""Who leaves the pool with whom, and that nobody is overtaken for ever."""

import random

import pytest

from bert_fused.pool import Pool
from bert_fused.split import Costs

COSTS = Costs(call=10, tokens=128, texts=16)


def pool(*lengths: int, capacity: int = 16) -> Pool[int]:
    """Texts that are told apart by their turn."""
    filled: Pool[int] = Pool(COSTS, capacity)
    filled.add([(length, turn) for turn, length in enumerate(lengths)])
    return filled


def test_the_oldest_leaves_with_those_of_its_length() -> None:
    waiting = pool(30, 5, 31, 6, 5)
    assert sorted(waiting.take()) == [0, 2]
    assert sorted(waiting.take()) == [1, 3, 4]
    assert not waiting


def test_who_else_could_take_gets_some() -> None:
    waiting = pool(5, 5, 5, 5)
    assert len(waiting.take(sharers=2)) == 2
    assert len(waiting.take(sharers=1)) == 2
    assert len(pool(5).take(sharers=8)) == 1


@pytest.mark.parametrize("seed", range(30))
def test_a_text_leaves_at_the_latest_when_those_before_it_have(seed: int) -> None:
    """Texts keep coming, short and long; the longest wait is bounded by how many were there first."""
    chance = random.Random(seed)
    waiting: Pool[int] = Pool(COSTS, 16)
    ahead: dict[int, int] = {}
    waited: dict[int, int] = {}
    for turn in range(400):
        while waiting.has_room():
            text = len(ahead)
            ahead[text] = len(waiting)
            waited[text] = 0
            waiting.add([(chance.choice([3, 20, 500]) if turn % 7 else 3, text)])
        for text in waiting.take():
            assert waited.pop(text) <= ahead[text]
        for text in waited:
            waited[text] += 1


def test_a_large_request_enters_whole_and_then_the_pool_is_full() -> None:
    waiting = pool(*[5] * 15)
    assert waiting.has_room()
    waiting.add([(5, turn) for turn in range(64)])
    assert len(waiting) == 79
    assert not waiting.has_room()
