"""What a storage is: the contract between the two commands and `fetch/<storage>.py`.

Each module in `fetch/` is one storage, named as in spec.json, and offers `parse(fields, where) -> Source`. In: the
fields that stand under the storage's name. Out: a Source, which knows how to describe and to fetch itself, and where
its files lie then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bert_exporter.errors import SpecError

Role = Literal["model", "tokenizer"]

# The largest text classifiers are a few GB; with weights of other frameworks and an optimizer beside them, several
# times that.
MAX_CHECKPOINT_BYTES = 16 << 30

# One entry of the stack's `credentials`, empty where none is named. Never to be printed.
Credential = Mapping[str, str]


@dataclass(frozen=True)
class Places:
    """Where files lie that an export reads, in one folder per role each.

    Attributes:
        sources: the files of `local` sources.
        fetched: what `fetch` has got from everywhere else.
    """

    sources: Path
    fetched: Path


class Source(Protocol):
    """One place that a model or a tokenizer comes from."""

    def describe(self) -> str:
        """A stable name for model.json and for messages, without secrets."""

    def fetch(self, role: Role, into: Path, credential: Credential) -> None:
        """Gets the files, if they lie elsewhere, into a folder that is not there yet.

        Raises:
            SourceError: when they cannot be had.
        """

    def folder(self, role: Role, places: Places) -> Path:
        """Where the files lie once they are fetched."""


def text_field(fields: Mapping[str, object], name: str, where: str) -> str:
    """A required, non-empty text out of a storage's fields.

    Raises:
        SpecError: when it is absent, empty or no text.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise SpecError(f"is {value!r}", where=f"{where}.{name}", remedy="a non-empty text")
    return value


def refuse_unknown(fields: Mapping[str, object], known: set[str], where: str) -> None:
    """Refuses fields that nobody would read.

    Raises:
        SpecError: naming the unknown fields and the known ones.
    """
    unknown = sorted(set(fields) - known)
    if unknown:
        allowed = ", ".join(sorted(known)) or "none"
        raise SpecError(f"unknown field {', '.join(unknown)}", where=where, remedy=f"allowed fields: {allowed}")
