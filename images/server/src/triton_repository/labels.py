"""Labels by which an answer could not be told from another. In: the label of each class. Out: what is wrong with which.
The same rule as components/image/labels.ts has for labels of the config: here the checkpoint's own are held to it, too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

# Format characters: zero-width ones, direction marks, byte order mark, soft hyphen.
_UNSEEN = "Cf"


def label_problems(labels: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Class and reason."""
    first: dict[str, int] = {}
    for index, label in enumerate(labels):
        if not isinstance(label, str) or not seen(label):
            yield index, f"the label of class {index} must be a text that is not empty, got {label!r}"
        elif (other := first.setdefault(seen(label), index)) != index:
            yield index, _twins(index, label, other, str(labels[other]))


def seen(label: str) -> str:
    """The label as a person sees it: white space, composition of characters and what has no width make no other."""
    visible = (
        character for character in unicodedata.normalize("NFC", label) if unicodedata.category(character) != _UNSEEN
    )
    return " ".join("".join(visible).split())


def _twins(index: int, label: str, other: int, others: str) -> str:
    if label == others:
        return f"the classes {other} and {index} have the same label, {label!r}, so an answer would not say which it is"
    return f"the labels {others!r} of class {other} and {label!r} of class {index} can't be told apart by eye"
