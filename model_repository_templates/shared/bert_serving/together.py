"""One run for many, so that a bad one fails alone. In: a way to run members together. Out: for each what came of it."""

from __future__ import annotations

from typing import Callable, Sequence, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def together_or_alone(run: Callable[[Sequence[T]], Sequence[R]], members: Sequence[T]) -> list[R | Exception]:
    """What `run` makes of all members at once; where that fails, of each alone, so that only the bad one has none."""
    if not members:
        return []
    try:
        return list(run(members))
    except Exception as problem:
        if len(members) == 1:
            return [problem]
        return [together_or_alone(run, [member])[0] for member in members]
