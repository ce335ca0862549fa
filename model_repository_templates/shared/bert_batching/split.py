"""Which texts run together. A call costs something, whatever it brings, and so does each token of padding; a real token
costs the same in any group. So texts are sorted by length and cut where the sum over all runs of (call + batch ×
longest) is least, a token of padding being 1. In: lengths in tokens. Out: groups of positions.

Sorting loses nothing: of two groups, giving the shortest texts to the one with the shorter longest text makes neither
group slower. So the best cut of the sorted texts is the best of all partitions (the tests try them all)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence


@dataclass(frozen=True)
class Costs:
    """What a call costs, in tokens of padding, and how large a run may be: texts, and texts × longest. A text that is
    longer than `tokens` runs by itself.

    calibrate.py measures `call` and `tokens`. These are for where it can't: what a MiniLM-L6 without padding has on a
    Zen 4 (docs/performance.md)."""

    call: int = 128
    tokens: int = 512
    texts: int = 16


def split(lengths: Sequence[int], costs: Costs) -> list[list[int]]:
    """Positions in `lengths`, cut into runs; the shortest first."""
    order = sorted(range(len(lengths)), key=lambda position: lengths[position])
    # For the first n sorted texts: the least cost, and where the last of their runs begins.
    least, begins = [0], [0]
    for end in range(1, len(order) + 1):
        longest = lengths[order[end - 1]]
        largest = max(1, min(costs.texts, costs.tokens // longest, end))
        cost, begin = min(
            (least[begin] + costs.call + (end - begin) * longest, begin) for begin in range(end - largest, end)
        )
        least.append(cost)
        begins.append(begin)
    groups: list[list[int]] = []
    end = len(order)
    while end > 0:
        groups.append(order[begins[end] : end])
        end = begins[end]
    return groups[::-1]
