"""What a run costs is found out from times alone; the clock is made up, so that the truth is known."""

import random
from collections.abc import Callable, Sequence

import pytest

from bert_batching.calibrate import SECONDS, calibrate
from bert_batching.split import Costs

Run = Callable[[Sequence[int]], None]


class Machine:
    """`call`, in tokens of padding; `padding`, in real tokens; a token takes `token` seconds, half as much again in
    runs of more than `cache` tokens; `noise`: how much longer a run may take than it should."""

    def __init__(self, call: float, padding: float, token: float = 1e-4, cache: int = 10**9, noise: float = 0) -> None:
        self._call, self._padding, self._token, self._cache = call, padding, token, cache
        self._noise, self._chance = noise, random.Random(3)
        self.now = 0.0
        self.runs: list[list[int]] = []

    def run(self, lengths: Sequence[int]) -> None:
        self.runs.append(list(lengths))
        area = len(lengths) * max(lengths)
        padding = area - sum(lengths)
        tokens = (
            self._padding * self._call + sum(lengths) * (1.5 if area > self._cache else 1) + self._padding * padding
        )
        self.now += tokens * self._token * (1 + self._chance.random() * self._noise)

    def costs(self, longest: int = 512) -> Costs:
        return calibrate(self.run, longest, clock=lambda: self.now)


@pytest.mark.parametrize("call", [8, 32, 128])
@pytest.mark.parametrize("padding", [0.25, 1])
def test_finds_what_a_call_costs(call: int, padding: float) -> None:
    assert Machine(call, padding).costs().call == call


@pytest.mark.parametrize("cache", [64, 128, 256, 512])
def test_finds_the_size_past_which_tokens_get_dearer(cache: int) -> None:
    assert Machine(16, 1, cache=cache).costs().tokens == cache


def test_disturbances_change_nothing() -> None:
    assert Machine(32, 0.25, cache=256, noise=1).costs() == Machine(32, 0.25, cache=256).costs()


def test_keeps_to_its_time_and_on_a_slow_machine_to_what_is_needed() -> None:
    quick = Machine(32, 1)
    quick.costs()
    assert quick.now <= SECONDS
    slow = Machine(32, 1, token=0.1)
    assert slow.costs().call == 32
    assert slow.runs == [[8], [64], [64, 8, 8, 8]]


def test_a_graph_where_padding_costs_nothing_has_no_reason_to_split() -> None:
    assert Machine(0, 0).costs().call == 256


def test_a_model_of_few_tokens_leaves_nothing_to_measure() -> None:
    machine = Machine(32, 1)
    assert machine.costs(longest=8) == Costs()
    assert machine.runs == []
    assert max(max(lengths) for lengths in _runs_of(longest=12)) == 12


def _runs_of(longest: int) -> list[list[int]]:
    machine = Machine(32, 1)
    machine.costs(longest)
    return machine.runs
