"""Storage `local`: files that lie in the build context already, put there from a folder of the user's repository.

In: nothing but the role. Out: `<sources>/<role>`, read where it lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bert_exporter.errors import SourceFileMissing
from bert_exporter.storage import Role, Source, Workspace, refuse_unknown


@dataclass(frozen=True)
class LocalSource:
    """A folder of the build context."""

    def describe(self) -> str:
        return "local"

    def fetch(self, role: Role, workspace: Workspace) -> Path:
        folder = workspace.sources / role
        if not folder.is_dir():
            raise SourceFileMissing(
                "no such folder", where=str(folder), remedy=f"put the files of the local {role} there"
            )
        return folder


def parse(fields: Mapping[str, object], where: str) -> Source:
    """See `bert_exporter.storage`."""
    refuse_unknown(fields, set(), where)
    return LocalSource()
