"""The cut is the best there is: held against every partition of a few texts, for random lengths and costs."""

import random
from collections.abc import Iterator

import pytest

from bert_batching.split import Costs, split


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Every way to put the items into groups."""
    if not items:
        yield []
        return
    first, *rest = items
    for groups in partitions(rest):
        yield [[first], *groups]
        for place, group in enumerate(groups):
            yield [*groups[:place], [first, *group], *groups[place + 1 :]]


def allowed(group: list[int], lengths: list[int], costs: Costs) -> bool:
    size = len(group) * max(lengths[place] for place in group)
    return len(group) == 1 or (len(group) <= costs.texts and size <= costs.tokens)


def cost(groups: list[list[int]], lengths: list[int], costs: Costs) -> int:
    return sum(costs.call + len(group) * max(lengths[place] for place in group) for group in groups)


@pytest.mark.parametrize("seed", range(60))
def test_no_partition_is_cheaper(seed: int) -> None:
    chance = random.Random(seed)
    lengths = [chance.randint(1, chance.choice([8, 40, 200])) for _ in range(chance.randint(1, 7))]
    costs = Costs(call=chance.randint(0, 40), tokens=chance.randint(16, 160), texts=chance.randint(1, 5))
    cut = split(lengths, costs)
    assert all(allowed(group, lengths, costs) for group in cut)
    others = partitions(list(range(len(lengths))))
    legal = (groups for groups in others if all(allowed(group, lengths, costs) for group in groups))
    assert cost(cut, lengths, costs) == min(cost(groups, lengths, costs) for groups in legal)


@pytest.mark.parametrize("seed", range(20))
def test_each_text_is_in_one_group_and_the_shortest_come_first(seed: int) -> None:
    chance = random.Random(seed)
    lengths = [chance.randint(1, 512) for _ in range(chance.randint(0, 90))]
    cut = split(lengths, Costs())
    assert sorted(place for group in cut for place in group) == list(range(len(lengths)))
    flat = [lengths[place] for group in cut for place in group]
    assert flat == sorted(lengths)
    assert all(allowed(group, lengths, Costs()) for group in cut)


def test_a_text_longer_than_the_bound_runs_by_itself() -> None:
    assert split([500, 8, 500, 8], Costs(call=10, tokens=128, texts=16)) == [[1, 3], [0], [2]]
    assert split([], Costs()) == []
