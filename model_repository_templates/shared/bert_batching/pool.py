"""The texts that wait for a core. In: requests, each with its texts and their lengths in tokens. Out: the next group to
run. No locks here: workers.py holds one around each call.

A request that fits into one run takes its turn. One that needs many runs would hold up all that come after it, so every
second group is formed around the request that has had the least, and only the others around the oldest text. Fair in
both directions: a small request waits for a run or two of large ones, and since every second group contains the oldest
text, a text leaves at the latest when twice as many groups have left as were to leave before it.

What a text takes of memory grows with the square of its length, and a pod has room for one that is very long
(components/server/memory.ts). So one group with such texts runs at a time, and the other cores go on with the rest."""

from __future__ import annotations

import dataclasses
import heapq
import math
import time
from typing import Callable, Generic, Sequence, TypeVar

from bert_batching.split import Costs, split

T = TypeVar("T")
# Texts that a group is chosen from. More make better groups, and choosing dearer.
WINDOW = 24
# What waits in here is counted in the pod's memory (components/server/memory.ts).
MOST_TEXTS, MOST_TOKENS = 4096, 262144
# Tokens of a text that is not very long. As in contract.yaml, defaults.maxLength.
LONG = 512


class Wait:
    """Of one request: how long it waits, which is until its first text runs and whenever none of its texts does."""

    def __init__(self, seconds: float = math.inf, urgent: bool = False) -> None:
        """`seconds`: how long its first text may wait. `urgent`: it goes before all others."""
        self.since = time.perf_counter()
        self.deadline = self.since + seconds
        self.urgent = urgent
        self.begun = False
        # Texts that run, and that are left in the pool.
        self.running = self.left = 0

    def is_late(self) -> bool:
        return not self.begun and self.deadline < time.perf_counter()


@dataclasses.dataclass(eq=False)
class Entry(Generic[T]):
    text: T
    length: int
    wait: Wait
    # Its request needs more than one run.
    large: bool
    # Tokens of a large request with this text and those before it; small ones have had none.
    had: int


class Pool(Generic[T]):
    """`capacity`: texts up to which the cores have enough to choose from. `most`: requests that may wait. `expire` is
    called with a text of each request that has waited too long, and is forgotten."""

    def __init__(
        self, costs: Costs, capacity: int, most: int = 1000, expire: Callable[[T], None] = lambda _: None
    ) -> None:
        self._costs = costs
        self._capacity = capacity
        self._most = most
        self._expire = expire
        self._entries: list[Entry[T]] = []
        self._requests = 0
        self._large = 0
        # Groups that run with a very long text in them: one at most.
        self._very_long = 0
        self._oldest_next = True
        self.tokens = 0
        # Seconds that requests have waited in here, all together.
        self.waited = 0.0

    def __len__(self) -> int:
        return len(self._entries)

    def has_next(self) -> bool:
        """Whether there is a group to take now."""
        return bool(self._entries) if self._very_long == 0 else any(entry.length <= LONG for entry in self._entries)

    def has_room(self) -> bool:
        return len(self) < self._capacity

    def is_full(self) -> bool:
        return self._requests >= self._most

    def waiting(self) -> int:
        """Requests none of whose texts runs."""
        return len({entry.wait for entry in self._entries if entry.wait.running == 0})

    def is_large(self, lengths: Sequence[int]) -> bool:
        return len(lengths) > self._costs.texts or (len(lengths) > 1 and sum(lengths) > self._costs.tokens)

    def can_hold(self, lengths: Sequence[int]) -> bool:
        """Whether a request with texts of these lengths may come, too."""
        memory = len(self) + len(lengths) <= MOST_TEXTS and self.tokens + sum(lengths) <= MOST_TOKENS
        return memory and not self.is_full()

    def add(self, texts: Sequence[tuple[int, T]], wait: Wait | None = None) -> None:
        """The texts of one request, with their lengths."""
        wait, large, had = wait or Wait(), self.is_large([length for length, _ in texts]), 0
        for length, text in texts:
            had += length if large else 0
            self._entries.append(Entry(text, length, wait, large, had))
        wait.left = len(texts)
        self._requests += 1
        self._large += len(texts) if large else 0
        self.tokens += sum(length for length, _ in texts)

    def take(self, sharers: int = 1) -> list[Entry[T]]:
        """The next group; empty where all who could go have waited too long. `sharers`: how many could take a group
        now; each is to get some."""
        while self.has_next():
            window = self._window()
            late = {entry.wait: entry.text for entry in window if entry.wait.is_late()}
            if late:
                self._drop(late)
                continue
            share = -(-len(self._entries) // sharers)
            costs = dataclasses.replace(self._costs, texts=min(self._costs.texts, share))
            groups = split([entry.length for entry in window], costs)
            group = [window[position] for position in next(group for group in groups if 0 in group)]
            self._begin(group)
            return group
        return []

    def ended(self, group: Sequence[Entry[T]]) -> None:
        """To be called when a group that was taken has run."""
        now = time.perf_counter()
        self._very_long -= any(entry.length > LONG for entry in group)
        for entry in group:
            entry.wait.running -= 1
            if entry.wait.running == 0:
                entry.wait.since = now

    def _window(self) -> list[Entry[T]]:
        """The texts to choose from; the first of them has to be chosen."""
        free = self._entries
        if self._very_long > 0:
            free = [entry for entry in free if entry.length <= LONG]
        urgent = any(entry.wait.urgent for entry in free)
        self._oldest_next = not self._oldest_next
        if not urgent and (self._oldest_next or not self._large):
            return free[:WINDOW]
        return heapq.nsmallest(WINDOW, free, key=lambda entry: (not entry.wait.urgent, entry.had))

    def _begin(self, group: Sequence[Entry[T]]) -> None:
        now = time.perf_counter()
        for entry in group:
            if entry.wait.running == 0:
                self.waited += now - entry.wait.since
            entry.wait.running += 1
            entry.wait.begun = True
        self._very_long += any(entry.length > LONG for entry in group)
        self._forget(set(group))

    def _drop(self, late: dict[Wait, T]) -> None:
        now = time.perf_counter()
        self._forget({entry for entry in self._entries if entry.wait in late})
        for wait, text in late.items():
            self.waited += now - wait.since
            self._expire(text)

    def _forget(self, gone: set[Entry[T]]) -> None:
        self._entries = [entry for entry in self._entries if entry not in gone]
        for entry in gone:
            entry.wait.left -= 1
            self._requests -= entry.wait.left == 0
            self._large -= entry.large
            self.tokens -= entry.length
