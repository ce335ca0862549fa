"""Who leaves the pool with whom, and that nobody is overtaken for ever."""

import random

import pytest

from bert_batching.pool import LONG, MOST_TEXTS, MOST_TOKENS, Pool, Wait
from bert_batching.split import Costs
from triton_repository.contract import Contract

COSTS = Costs(call=10, tokens=128, texts=16)


def pool(*lengths: int, capacity: int = 16) -> Pool[int]:
    """Requests of one text, told apart by their turn."""
    filled: Pool[int] = Pool(COSTS, capacity)
    for turn, length in enumerate(lengths):
        filled.add([(length, turn)])
    return filled


def take(waiting: Pool[int], sharers: int = 1) -> list[int]:
    return [entry.text for entry in waiting.take(sharers)]


def test_the_oldest_leaves_with_those_of_its_length() -> None:
    waiting = pool(30, 5, 31, 6, 5)
    assert sorted(take(waiting)) == [0, 2]
    assert sorted(take(waiting)) == [1, 3, 4]
    assert not waiting


def test_who_else_could_take_gets_some() -> None:
    waiting = pool(5, 5, 5, 5)
    assert len(take(waiting, sharers=2)) == 2
    assert len(take(waiting, sharers=1)) == 2
    assert len(take(pool(5), sharers=8)) == 1


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
        for text in take(waiting):
            assert waited.pop(text) <= ahead[text]
        for text in waited:
            waited[text] += 1


def test_very_long_is_what_nobody_gets_unasked(contract: Contract) -> None:
    assert contract.default_max_length == LONG


def test_one_very_long_text_runs_at_a_time_and_holds_up_no_other() -> None:
    waiting = pool(600, 700, 5, 512)
    first = waiting.take()
    assert [entry.text for entry in first] == [0]
    assert sorted(text for _ in range(2) for text in take(waiting)) == [2, 3]
    assert len(waiting) == 1
    assert not waiting.has_next()
    assert waiting.take() == []
    waiting.ended(first)
    assert take(waiting) == [1]


def test_a_request_of_several_texts_enters_whole_and_then_the_pool_is_full() -> None:
    waiting = pool(*[5] * 15)
    assert waiting.has_room()
    waiting.add([(5, turn) for turn in range(16)])
    assert len(waiting) == 31
    assert not waiting.has_room()


def test_no_more_requests_than_may_wait_however_many_texts_they_have() -> None:
    waiting: Pool[int] = Pool(COSTS, 16, most=2)
    waiting.add([(5, 1)] * 40)
    assert waiting.can_hold([5] * 64)
    waiting.add([(100, 2)])
    assert not waiting.can_hold([5])
    while 2 not in take(waiting):
        assert not waiting.can_hold([5])
    assert waiting.can_hold([5])


def test_a_small_request_leaves_after_two_groups_of_large_ones_at_the_latest() -> None:
    waiting = pool()
    for client in range(16):
        waiting.add([(120, client)] * 16)
    for _ in range(20):
        waiting.take()
    waiting.add([(8, 99)])
    assert 99 in [text for _ in range(2) for text in take(waiting)]


def test_large_requests_share_every_second_group() -> None:
    """One that came later gets its first texts through before those that came earlier are done."""
    waiting = pool()
    waiting.add([(120, 1)] * 40)
    for _ in range(10):
        assert take(waiting) == [1]
    waiting.add([(120, 2)] * 40)
    assert sorted(take(waiting)[0] for _ in range(8)) == [1] * 4 + [2] * 4


@pytest.mark.parametrize("seed", range(20))
def test_large_and_small_ones_leave_within_twice_the_groups_that_were_before_them(seed: int) -> None:
    chance = random.Random(seed)
    waiting: Pool[int] = Pool(COSTS, 16)
    ahead: dict[int, int] = {}
    waited: dict[int, int] = {}
    for _ in range(600):
        while len(waiting) < chance.randint(1, 200):
            request, texts = len(ahead), chance.choice([1, 1, 1, 2, 40])
            ahead[request] = len(waiting)
            waited[request] = 0
            # Its last text is watched: the others leave before it, or with it.
            waiting.add([(chance.choice([3, 20, 120]), -1)] * (texts - 1) + [(chance.choice([3, 20, 120]), request)])
        for request in take(waiting):
            if request >= 0:
                assert waited.pop(request) <= 2 * (ahead[request] + 40)
        for request in waited:
            waited[request] += 1


def test_an_urgent_request_goes_before_all_others() -> None:
    waiting = pool(30, 30, 30)
    waiting.add([(120, 7)] * 20)
    waiting.add([(5, 99)], Wait(urgent=True))
    assert 99 in take(waiting)
    assert take(waiting)


def test_who_has_waited_too_long_is_told_so_once_and_forgotten() -> None:
    told: list[int] = []
    waiting = Pool(COSTS, 16, expire=told.append)
    waiting.add([(120, 1)] * 20, Wait(seconds=-1))
    waiting.add([(8, 2)])
    waiting.add([(8, 3)], Wait(seconds=-1))
    assert take(waiting) == [2]
    assert waiting.take() == []
    assert sorted(told) == [1, 3]
    assert (len(waiting), waiting.tokens, waiting.waiting()) == (0, 0, 0)


def test_a_request_that_has_begun_is_never_late() -> None:
    told: list[int] = []
    waiting = Pool(COSTS, 16, expire=told.append)
    wait = Wait()
    waiting.add([(120, 1)] * 3, wait)
    first = waiting.take()
    wait.deadline = 0
    waiting.ended(first)
    assert take(waiting) == [1]
    assert told == []


def test_a_request_waits_while_none_of_its_texts_runs() -> None:
    waiting = pool()
    wait = Wait()
    wait.since -= 5
    waiting.add([(120, 1)] * 3, wait)
    assert waiting.waiting() == 1
    first = waiting.take()
    assert waiting.waiting() == 0
    second = waiting.take()
    assert waiting.waited == pytest.approx(5, abs=0.5)
    waiting.ended(first)
    assert waiting.waiting() == 0
    waiting.ended(second)
    assert waiting.waiting() == 1
    wait.since -= 3
    waiting.take()
    assert waiting.waited == pytest.approx(8, abs=0.5)


def test_memory_bounds_what_waits() -> None:
    waiting = pool()
    assert waiting.can_hold([512] * (MOST_TOKENS // 512))
    waiting.add([(512, 0)] * (MOST_TOKENS // 512 - 1))
    assert waiting.can_hold([512])
    assert not waiting.can_hold([512, 1])
    few = pool()
    few.add([(1, 0)] * MOST_TEXTS)
    assert not few.can_hold([1])
