"""The texts that wait for a core. In: texts, each with its length in tokens, in the order of their arrival. Out: the
next group to run. No locks here: workers.py holds one around each call.

Fair in both directions: every group that leaves contains the oldest text, so neither short nor long texts can overtake
another for ever: a text leaves at the latest when those that waited before it have left."""

from __future__ import annotations

import dataclasses
from typing import Generic, Sequence, TypeVar

from bert_fused.split import Costs, split

T = TypeVar("T")


class Pool(Generic[T]):
    """`capacity`: texts that may wait here; more wait in Triton's queue, where they are counted for autoscaling."""

    def __init__(self, costs: Costs, capacity: int) -> None:
        self._costs = costs
        self._capacity = capacity
        self._texts: list[tuple[int, T]] = []

    def __len__(self) -> int:
        return len(self._texts)

    def has_room(self) -> bool:
        """A request enters whole, so the pool may hold more than its capacity by one request less one text."""
        return len(self._texts) < self._capacity

    def add(self, texts: Sequence[tuple[int, T]]) -> None:
        """Texts with their lengths."""
        self._texts += texts

    def take(self, sharers: int = 1) -> list[T]:
        """The group around the oldest text. `sharers`: how many could take a group now; each is to get some."""
        share = -(-len(self._texts) // sharers)
        costs = dataclasses.replace(self._costs, texts=min(self._costs.texts, share))
        groups = split([length for length, _ in self._texts], costs)
        group = next(group for group in groups if 0 in group)
        taken = [self._texts[position][1] for position in group]
        gone = set(group)
        self._texts = [text for position, text in enumerate(self._texts) if position not in gone]
        return taken
