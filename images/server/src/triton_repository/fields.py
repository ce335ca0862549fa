"""Reads typed fields out of a JSON object and collects every problem, so that a user fixes them in one go; and what a
user is to know of a model that is served all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triton_repository.errors import Key, Problem, Warned

NOTHING = object()


class Fields:
    """One JSON object under inspection: what `file` has at `path`."""

    def __init__(
        self,
        file: str,
        said: object,
        problems: list[Problem | str],
        path: tuple[Key, ...] = (),
        warnings: list[Warned] | None = None,
    ) -> None:
        self._file = file
        self._problems = problems
        self._warnings = [] if warnings is None else warnings
        self._path = path
        self._said: Mapping[str, Any] = said if isinstance(said, dict) else {}
        self._asked: set[str] = set()
        if not isinstance(said, dict):
            problems.append(Problem(file, path, "must be a JSON object"))

    def within(self, said: object, *path: Key) -> Fields:
        """An object inside this one."""
        return Fields(self._file, said, self._problems, self._path + path, self._warnings)

    def get(self, name: str, kind: type | tuple[type, ...], what: str, default: Any = NOTHING) -> Any:
        """The field's value, or `default` where it is absent. `what` says in words what it must be."""
        self._asked.add(name)
        value = self._said.get(name, default)
        if value is NOTHING:
            self.problem(name, f"is missing; it must be {what}")
            return None
        # In Python True is an int; in JSON it isn't.
        if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            self.problem(name, f"must be {what}, got {value!r}")
            return None if default is NOTHING else default
        return value

    def whole(self, name: str, low: int, high: int, default: Any = NOTHING) -> Any:
        """A whole number between `low` and `high`, both allowed."""
        what = f"a whole number from {low} to {high}"
        value = self.get(name, int, what, default)
        if isinstance(value, int) and not low <= value <= high:
            self.problem(name, f"must be {what}, got {value}")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: Any = NOTHING) -> Any:
        what = "one of " + ", ".join(f'"{one}"' for one in allowed)
        value = self.get(name, str, what, default)
        if isinstance(value, str) and value not in allowed:
            self.problem(name, f'must be {what}, got "{value}"')
        return value

    def problem(self, name: str, because: str, remedy: str = "", key: Key | None = None) -> None:
        """With the field `name`, or with its entry `key`."""
        entry = () if key is None else (key,)
        self._problems.append(Problem(self._file, (*self._path, name, *entry), because, remedy))

    def warn(self, name: str, text: str) -> None:
        """Of the field `name`."""
        self._warnings.append(Warned((*self._path, name), text))

    def refuse_unknown(self) -> None:
        """Call it last: a field that nobody asked for is a typing error, and would silently do nothing."""
        for name in sorted(set(self._said) - self._asked):
            self.problem(name, f"is unknown; known are {', '.join(sorted(self._asked))}")


def listed(names: Any) -> str:
    """Quoted and in order; many are cut short, for a model may have thousands of labels."""
    shown = [f'"{name}"' for name in list(names)[:20]]
    return ", ".join(shown) + (", …" if len(names) > 20 else "") if shown else "none"
