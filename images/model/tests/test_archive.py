"""Promise: a checkpoint comes out of every archive that people make, and nothing else comes out of any."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bert_exporter import archive as module
from bert_exporter.archive import unpack
from bert_exporter.errors import ArchiveError, SourceFileMissing

CHECKPOINT = {"config.json": b"{}", "model.safetensors": b"weights" * 5000, "vocab.txt": b"[PAD]\n"}

Make = Callable[[Mapping[str, bytes]], bytes]


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _tar(files: Mapping[str, bytes]) -> bytes:
    return _tar_of(*((name, content, {}) for name, content in files.items()))


def _tar_of(*entries: tuple[str, bytes, Mapping[str, object]]) -> bytes:
    """Entries with fields of their headers."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content, fields in entries:
            header = tarfile.TarInfo(name)
            header.size = len(content)
            for field, value in fields.items():
                setattr(header, field, value)
            archive.addfile(header, io.BytesIO(content))
    return out.getvalue()


def _gz(files: Mapping[str, bytes]) -> bytes:
    whole = _tar(files)
    # of two members, as pigz and bgzip make them
    return gzip.compress(whole[:1000]) + gzip.compress(whole[1000:])


def _unpack(content: bytes, tmp_path: Path, role: str = "model") -> dict[str, bytes]:
    (tmp_path / "archive").write_bytes(content)
    unpack(tmp_path / "archive", role, tmp_path / "out" / "model", "model.http.archive")  # type: ignore[arg-type]
    return {file.name: file.read_bytes() for file in (tmp_path / "out" / "model").iterdir()}


@pytest.mark.parametrize("make", [_zip, _tar, _gz])
@pytest.mark.parametrize("folder", ["", "./", "sentiment/", "./a b/"])
def test_at_the_top_or_in_the_only_folder(make: Make, folder: str, tmp_path: Path) -> None:
    files = {
        # what a Mac and a training leave
        "__MACOSX/._config.json": b"x",
        f"{folder}.DS_Store": b"x",
        f"{folder}._config.json": b"x",
        f"{folder}training_args.bin": b"x",
        f"{folder}checkpoint-500/config.json": b"another",
        **{folder + name: content for name, content in CHECKPOINT.items()},
    }
    assert _unpack(make(files), tmp_path) == CHECKPOINT


def test_folders_have_entries_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    for name, content in CHECKPOINT.items():
        (folder / name).write_bytes(content)
    with tarfile.open(tmp_path / "tar", "w:gz") as archive:
        archive.add(folder, ".")
    assert _unpack((tmp_path / "tar").read_bytes(), tmp_path) == CHECKPOINT


def test_a_tokenizer_alone(tmp_path: Path) -> None:
    assert _unpack(_gz({"words/vocab.txt": b"[PAD]\n"}), tmp_path, "tokenizer") == {"vocab.txt": b"[PAD]\n"}


def test_pytorch_weights_at_the_end_of_a_tar_are_no_zip(tmp_path: Path) -> None:
    files = {"config.json": b"{}", "vocab.txt": b"[PAD]\n", "pytorch_model.bin": _zip({"archive/data.pkl": b"x"})}
    assert _unpack(_tar(files), tmp_path) == files


@pytest.mark.parametrize("make", [_zip, _tar])
@pytest.mark.parametrize("name", ["../config.json", "a/../../config.json", "/etc/config.json", "..\\config.json"])
def test_a_path_that_leads_out(make: Make, name: str, tmp_path: Path) -> None:
    with pytest.raises(
        ArchiveError, match=r"model\.http\.archive: has the entry .*config\.json', whose path leads out"
    ):
        _unpack(make({**CHECKPOINT, name: b"evil"}), tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("type_", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.SYMTYPE, "vocab.txt"),
        (tarfile.LNKTYPE, "vocab.txt"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
        (tarfile.GNUTYPE_SPARSE, ""),
        (b"Z", ""),
    ],
)
def test_a_tar_with_what_is_no_file(type_: bytes, target: str, tmp_path: Path) -> None:
    odd: dict[str, object] = {"type": type_, "linkname": target}
    files: list[tuple[str, bytes, dict[str, object]]] = [(name, content, {}) for name, content in CHECKPOINT.items()]
    with pytest.raises(ArchiveError, match=r"has the entry 'tokenizer\.json', which is no plain file"):
        _unpack(_tar_of(*files, ("tokenizer.json", b"", odd)), tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_a_zip_with_what_is_no_file(kind: int, tmp_path: Path) -> None:
    out = io.BytesIO(_zip(CHECKPOINT))
    with zipfile.ZipFile(out, "a") as archive:
        odd = zipfile.ZipInfo("tokenizer.json")
        odd.create_system = 3
        odd.external_attr = (kind | 0o777) << 16
        archive.writestr(odd, "/etc/passwd")
    with pytest.raises(ArchiveError, match=r"has the entry 'tokenizer\.json', which is no plain file"):
        _unpack(out.getvalue(), tmp_path)
    assert not (tmp_path / "out").exists()


def test_an_encrypted_zip(tmp_path: Path) -> None:
    content = bytearray(_zip({"config.json": b"{}"}))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(ArchiveError, match="encrypted"):
        _unpack(bytes(content), tmp_path)


@pytest.mark.parametrize("make", [_tar, _gz])
def test_two_files_of_one_name(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"has two files '\./config\.json'"):
        _unpack(make({**CHECKPOINT, "./config.json": b"other"}), tmp_path)


@pytest.mark.parametrize("make", [_zip, _gz])
def test_a_bomb_of_entries(make: Make, tmp_path: Path) -> None:
    many = {f"f{number}": b"" for number in range(module.MAX_ENTRIES)}
    with pytest.raises(ArchiveError, match="has over 1000 entries"):
        _unpack(make({**CHECKPOINT, **many}), tmp_path)


@pytest.mark.parametrize("make", [_zip, _tar, _gz])
def test_a_bomb_of_bytes(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHECKPOINT_BYTES", 1_000_000)
    fits = {**CHECKPOINT, "tokenizer.json": b"\0" * 900_000}
    assert _unpack(make(fits), tmp_path) == fits
    with pytest.raises(ArchiveError, match="GiB in them"):
        _unpack(make({**fits, "README.md": b"\0" * 900_000}), tmp_path)


def test_a_zip_that_lies_about_a_size(tmp_path: Path) -> None:
    honest = {**CHECKPOINT, "tokenizer.json": b"\0" * 900_000}
    content = bytearray(_zip(honest))
    content = content.replace((900_000).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    with pytest.raises(ArchiveError, match="is no zip"):
        _unpack(bytes(content), tmp_path)
    assert sum(file.stat().st_size for file in (tmp_path / "out").rglob("*")) < 100_000


def test_a_bomb_in_a_header(tmp_path: Path) -> None:
    """tarfile would read a table of attributes into memory, however large it says that it is."""
    comment = _tar_of(("config.json", b"{}", {"pax_headers": {"comment": "x" * 2_000_000}}))
    with pytest.raises(ArchiveError, match=r"has a header of 2000\d\d\d bytes"):
        _unpack(gzip.compress(comment), tmp_path)


def test_headers_within_headers(tmp_path: Path) -> None:
    one = _tar_of(("config.json", b"{}", {"pax_headers": {"comment": "x"}}))[:1024]
    with pytest.raises(ArchiveError, match="is no zip"):
        _unpack(gzip.compress(one * 5000 + _tar(CHECKPOINT)), tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Log in",
        b"PK\x03\x04 and no more",
        b"\x1f\x8b and no more",
        gzip.compress(b"a text"),
        _zip(CHECKPOINT)[:-30],
        gzip.compress(_tar(CHECKPOINT))[:-300],
        _tar(CHECKPOINT)[:20_000],
    ],
    ids=["empty", "page", "zip-start", "gz-start", "gz-text", "zip-cut", "gz-cut", "tar-cut"],
)
def test_no_archive(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"model\.http\.archive: is no zip, tar or tar\.gz that can be read"):
        _unpack(content, tmp_path)


def test_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(SourceFileMissing, match=r"model\.http\.archive: has no config\.json"):
        _unpack(_gz({"one/config.json": b"{}", "two/config.json": b"{}"}), tmp_path)
