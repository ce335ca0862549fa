"""What a run costs on this machine with this graph, measured when the server starts. In: a way to run texts of given
lengths. Out: Costs, in steps so coarse (powers of two) that two starts agree, bar a measure that lies between two.

Needed because the machine decides it: a call costs what the weights take to reach the core (some 100 tokens of padding
for a graph that computes almost none, 10 to 30 for one that computes all), and past some size the activations leave the
core's cache, so that a token gets dearer."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any, Callable, Collection, Sequence

from bert_batching.split import Costs
from bert_serving.rows import Row, blank

SECONDS = 1.5
SHORT, MIDDLE, LONG = 8, 32, 64
LARGEST_CALL = 256
# A token may be this much dearer than in the best run before a run counts as too large.
DEARER = 1.15


# Of a graph: texts, and whether they may have all the cores.
Run = Callable[[Sequence[Row], bool], object]


def costs_of(settings: Any, inputs: Collection[str], run: Run) -> Costs:
    """As the settings of a model say, or as measured now. `inputs`: of the graph."""
    if settings["runCosts"]:
        return Costs(**settings["runCosts"])
    return measure(inputs, settings["maxLength"], run)


def measure(inputs: Collection[str], longest: int, run: Run) -> Costs:
    """Of a graph with these inputs, whose texts have up to `longest` tokens."""
    return calibrate(lambda lengths: run([blank(inputs, tokens) for tokens in lengths], False), longest)


def calibrate(
    run: Callable[[Sequence[int]], object],
    longest: int,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> Costs:
    """`run`: runs texts of these lengths together. `longest`: tokens that the model takes. Takes about `seconds`, or
    once through the three shortest runs, where those take longer."""
    short, middle, long = (min(tokens, longest) for tokens in (SHORT, MIDDLE, LONG))
    if short == long:
        return Costs()
    one, other, padded = (short,), (long,), (long, short, short, short)
    sizes = [(middle,) * texts for texts in (2, 4, 8, 16)]
    took = _least_times(run, [one, other, padded], sizes, seconds, clock)

    token = (took[other] - took[one]) / (long - short)
    call = max(0.0, took[one] - short * token)
    padding = (took[padded] - took[other] - 3 * short * token) / (3 * (long - short))
    ratio = call / padding if padding > 0 else LARGEST_CALL
    per_token = {sum(size): (took[size] - call) / sum(size) for size in sizes if size in took}
    good = [tokens for tokens, cost in per_token.items() if cost <= DEARER * min(per_token.values())]
    return Costs(
        call=_power_of_two(min(LARGEST_CALL, max(1.0, ratio))),
        tokens=_power_of_two(max(good)) if good else Costs().tokens,
    )


def _least_times(
    run: Callable[[Sequence[int]], object],
    needed: Sequence[Sequence[int]],
    wanted: Sequence[Sequence[int]],
    seconds: float,
    clock: Callable[[], float],
) -> dict[Sequence[int], float]:
    """The least of several times for each run: what disturbs a measurement only ever makes it longer."""
    took: dict[Sequence[int], float] = {}
    begin = clock()
    for turn in itertools.count():
        for lengths in (*needed, *wanted):
            before = clock()
            indispensable = turn == 0 and lengths in needed
            if before - begin + took.get(lengths, 0.0) > seconds and not indispensable:
                return took
            run(lengths)
            took[lengths] = min(took.get(lengths, math.inf), clock() - before)
    raise AssertionError("time stands still")


def _power_of_two(value: float) -> int:
    return int(2 ** round(math.log2(value)))
