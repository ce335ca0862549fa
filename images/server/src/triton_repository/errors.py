"""What is wrong with the input, all of it at once, for a person to read."""

from __future__ import annotations

from collections.abc import Sequence


class InvalidInput(Exception):
    """The spec does not fit the model, or one of them or a template is malformed. One line for each problem: place,
    what, remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
