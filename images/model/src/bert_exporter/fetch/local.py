"""Storage `local`: files that lie in the build context already, put there from a folder of the user's repository.

In: nothing but the role. Out: `<sources>/<role>`, read where it lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bert_exporter.storage import Credential, Places, Role, Source, refuse_unknown


@dataclass(frozen=True)
class LocalSource:
    """A folder of the build context."""

    def describe(self) -> str:
        return "local"

    def fetch(self, role: Role, into: Path, credential: Credential) -> None:
        """They are there."""

    def folder(self, role: Role, places: Places) -> Path:
        return places.sources / role


def parse(fields: Mapping[str, object], where: str) -> Source:
    """See `bert_exporter.storage`."""
    refuse_unknown(fields, set(), where)
    return LocalSource()
