"""Takes a checkpoint out of an archive that a stranger may have made: a zip, a tar or a tar.gz.

Nothing is extracted by the names that the archive says: of what lies in the checkpoint's folder, only the files that a
role needs are copied, each to its bare name. What no checkpoint has is refused before a byte is written: paths that
lead out, links, devices, two files of one name, more or larger files than any checkpoint has. In: the archive. Out: the
files in a folder.
"""

import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Protocol, cast

from bert_exporter.checkpoint import select_files
from bert_exporter.errors import ArchiveError
from bert_exporter.storage import MAX_CHECKPOINT_BYTES, Role

# With all that a training leaves beside a checkpoint.
MAX_ENTRIES = 1000
_CHUNK_BYTES = 1 << 20

# What the readers raise at bytes that they can't read, the last two at a compression that zipfile does not know and at
# headers within headers. A full disk is none of these.
_UNREADABLE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,
    RecursionError,
)

_ZIP = b"PK"
_GZIP = b"\x1f\x8b"


def unpack(archive: Path, role: Role, into: Path, where: str) -> None:
    """Copies the files that a role needs into a folder that is not there yet.

    They lie at the archive's top, or in its only folder.

    Args:
        archive: the file.
        role: whose files.
        into: the folder.
        where: what the archive is, for messages.
    Raises:
        ArchiveError: when it is no archive, or holds what no checkpoint has.
        SourceFileMissing: when something that the role cannot do without is not there.
    """
    with _explained(where):
        reader = _reader(archive)
        files = _checkpoint(_checked(reader.entries()))
        wanted = select_files(files, role, where)
        into.mkdir(parents=True)
        reader.copy({files[name]: into / name for name in wanted})


@dataclass(frozen=True)
class _Entry:
    """One entry; `kind` is None for what is no plain file or folder, or encrypted."""

    name: str
    bytes: int
    kind: str | None


class _Reader(Protocol):
    def entries(self) -> Iterator[_Entry]:
        """All that is in it, in order."""

    def copy(self, wanted: Mapping[str, Path]) -> None:
        """Copies plain files, by their names in the archive."""


class _Zip:
    def __init__(self, archive: Path) -> None:
        self._archive = archive

    def entries(self) -> Iterator[_Entry]:
        with zipfile.ZipFile(self._archive) as archive:
            for info in archive.infolist():
                yield _Entry(info.filename, info.file_size, self._kind(info))

    def copy(self, wanted: Mapping[str, Path]) -> None:
        with zipfile.ZipFile(self._archive) as archive:
            for name, target in wanted.items():
                with archive.open(name) as source:
                    _copy(source, target)

    @staticmethod
    def _kind(info: zipfile.ZipInfo) -> str | None:
        if info.flag_bits & 1:  # encrypted
            return None
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where it was not made on Unix
        if info.is_dir():
            return "folder" if kind in (0, stat.S_IFDIR) else None
        return "file" if kind in (0, stat.S_IFREG) else None


class _Tar:
    """Read from the beginning to the end, so twice: what is wanted is known at the end."""

    def __init__(self, archive: Path, *, compressed: bool) -> None:
        self._archive = archive
        self._compressed = compressed

    def entries(self) -> Iterator[_Entry]:
        with self._opened() as archive:
            for header in archive:
                yield _Entry(header.name, header.size, self._kind(header))

    def copy(self, wanted: Mapping[str, Path]) -> None:
        with self._opened() as archive:
            for header in archive:
                source = archive.extractfile(header) if header.name in wanted else None
                if source is not None:
                    _copy(source, wanted[header.name])

    @contextmanager
    def _opened(self) -> Iterator[tarfile.TarFile]:
        with ExitStack() as opened:
            file = opened.enter_context(self._archive.open("rb"))
            # tarfile's own decompression stops at the first of several gzip members
            stream = opened.enter_context(gzip.open(file)) if self._compressed else file
            yield opened.enter_context(tarfile.TarFile(fileobj=cast(IO[bytes], _Bounded(stream))))

    @staticmethod
    def _kind(header: tarfile.TarInfo) -> str | None:
        if header.size < 0 or header.issparse():
            return None
        if header.isdir():
            return "folder"
        return "file" if header.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None


class _Bounded:
    """A stream of which nobody reads much at once: tarfile takes in a header whole, however large it says it is."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int) -> bytes:
        if size > _CHUNK_BYTES:
            raise _Refused(f"has a header of {size} bytes")
        return self._stream.read(size)


class _Refused(Exception):
    """What is wrong with the archive, found where its name is not known."""


def _reader(archive: Path) -> _Reader:
    with archive.open("rb") as file:
        magic = file.read(2)
    return _Zip(archive) if magic == _ZIP else _Tar(archive, compressed=magic == _GZIP)


def _checked(entries: Iterator[_Entry]) -> dict[tuple[str, ...], str]:
    """The plain files: parts of their paths, and their names as the archive has them."""
    files: dict[tuple[str, ...], str] = {}
    total = 0
    for count, entry in enumerate(entries, start=1):
        total += entry.bytes
        if count > MAX_ENTRIES or total > MAX_CHECKPOINT_BYTES:
            raise _Refused(f"has over {MAX_ENTRIES} entries, or over {MAX_CHECKPOINT_BYTES >> 30} GiB in them")
        parts = tuple(part for part in entry.name.split("/") if part not in ("", "."))
        if entry.name.startswith("/") or ".." in parts or "\\" in entry.name:
            raise _Refused(f"has the entry {entry.name!r}, whose path leads out of it")
        if entry.kind is None:
            raise _Refused(f"has the entry {entry.name!r}, which is no plain file or folder, or encrypted")
        if entry.kind == "folder":
            continue
        if parts in files:
            raise _Refused(f"has two files {entry.name!r}")
        files[parts] = entry.name
    return files


def _checkpoint(files: Mapping[tuple[str, ...], str]) -> dict[str, str]:
    """The files of the checkpoint's folder, by their bare names."""
    # what file managers leave: .DS_Store, ._config.json, __MACOSX/
    seen = {parts: name for parts, name in files.items() if not any(p.startswith((".", "__MACOSX")) for p in parts)}
    tops = {parts[0] for parts in seen}
    only_folder = len(tops) == 1 and all(len(parts) > 1 for parts in seen)
    depth = 2 if only_folder else 1
    return {parts[-1]: name for parts, name in seen.items() if len(parts) == depth}


@contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except _Refused as problem:
        raise ArchiveError(
            str(problem),
            where=where,
            remedy="pack the checkpoint's folder anew, such as tar -czhf model.tar.gz -C <folder> .",
        ) from None
    except _UNREADABLE:
        raise ArchiveError(
            "is no zip, tar or tar.gz that can be read",
            where=where,
            remedy="one of these three, whole; look at it with unzip -t or tar -tf",
        ) from None


def _copy(source: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, _CHUNK_BYTES)
