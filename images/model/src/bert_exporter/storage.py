"""What a storage is: the contract between the pipeline and `fetch/<storage>.py`.

Each module in `fetch/` is one storage, named as in spec.json, and offers `parse(fields, where) -> Source`. In: the
fields that stand under the storage's name. Out: a Source, which knows how to describe and to fetch itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bert_exporter.errors import SpecError

Role = Literal["model", "tokenizer"]


@dataclass(frozen=True)
class Workspace:
    """Where a source may read and write.

    Attributes:
        sources: folder with the files of `local` sources, one folder per role.
        downloads: an empty folder for what is fetched; thrown away after the export.
        token: secret for storages that ask for one; never to be printed.
    """

    sources: Path
    downloads: Path
    token: str | None


class Source(Protocol):
    """One place that a model or a tokenizer comes from."""

    def describe(self) -> str:
        """A stable name for model.json and for messages, without secrets."""

    def fetch(self, role: Role, workspace: Workspace) -> Path:
        """Makes the files available.

        Returns:
            The folder that holds them.
        Raises:
            SourceError: when they cannot be had.
        """


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
