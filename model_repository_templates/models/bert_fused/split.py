"""Which texts run together. A run is as slow as batch × longest text, padding included, plus what any call costs; so
texts are sorted by length and cut where the sum over all runs is least. In: lengths in tokens. Out: groups of
positions.

Sorting loses nothing: of two groups, giving the shortest texts to the one with the shorter longest text makes neither
group slower. So the best cut of the sorted texts is the best of all partitions (the tests try them all)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence


@dataclass(frozen=True)
class Costs:
    """What a run costs, in tokens, and how large it may be. A text that is longer than `tokens` runs by itself.

    Source of the defaults: measured with MiniLM-L6 in fp32 on 2 cores of a Zen 4 (design.md, "Serving"). Past the bound
    the activations probably leave the L2 cache of a core, and a token gets dearer."""

    call: int = 10
    tokens: int = 128
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
