"""Errors that are no bug: the caller's fault, or more requests than can be answered. Everything else that is raised is
a bug, and is told as such."""

from __future__ import annotations


class BadRequest(ValueError):
    """A request that can't be answered. Its message goes to the client: it names the place, never the text."""


class Overloaded(RuntimeError):
    """A request that would have to wait too long. Its message goes to the client, who may come again."""

    def __init__(self, because: str) -> None:
        super().__init__(f"{because}; try again in a moment, or at another replica")
