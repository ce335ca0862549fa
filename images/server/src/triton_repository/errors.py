"""What is wrong with the input, all of it at once, for a person to read and for a program to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Union

Key = Union[str, int]  # noqa: UP007 - evaluated, and on the oldest Python of a base image


@dataclass(frozen=True)
class Problem:
    """`path`: keys from the outermost in, of `file`. `because`: what is wrong there. `remedy`: what would be right,
    where `because` does not say it."""

    file: str
    path: tuple[Key, ...]
    because: str
    remedy: str = ""

    def __str__(self) -> str:
        *place, name = self.path or ("",)
        # An entry of a map is named with the map, as an option is.
        told = f"{path_text(place)}: {name}" if place else str(name)
        return f"{self.file}: {told} {self.because}".replace("  ", " ") + (f"; {self.remedy}" if self.remedy else "")

    def judged(self) -> dict[str, Any]:
        """As verdict.json has it."""
        return {"path": list(self.path), "because": self.because, "remedy": self.remedy}


@dataclass(frozen=True)
class Warned:
    """What a user is to know, about the option at `path`."""

    path: tuple[Key, ...]
    text: str

    def __str__(self) -> str:
        return f"{path_text(self.path)}: {self.text}"

    def told(self) -> dict[str, Any]:
        """As verdict.json has it."""
        return {"path": list(self.path), "text": self.text}


def path_text(path: Sequence[Key]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


class InvalidInput(Exception):
    """The spec does not fit the model, or one of them or a template is malformed."""

    def __init__(self, problems: Sequence[Problem | str]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
