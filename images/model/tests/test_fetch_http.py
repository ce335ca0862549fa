"""Promise: storage `http` hands a login to nobody else, fetches what the role needs, and says which option is wrong."""

import base64
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bert_exporter import archive, download, storage
from bert_exporter.errors import SourceAccessDenied, SourceFileMissing, SpecError, WrongChecksum
from bert_exporter.fetching import fetch
from bert_exporter.spec import read_spec
from conftest import Checkpoint, Export
from web import Web, serving

TOKEN = "nexus-token-0123456789"
LOGIN = {"username": "robot", "password": "p4ss wörd"}
BASIC = f"Basic {base64.b64encode('robot:p4ss wörd'.encode()).decode()}"
FILES = {"config.json": b"{}", "model.safetensors": b"weights", "vocab.txt": b"[PAD]\n"}
DOCS = Path(__file__).parents[3] / "docs" / "storages.md"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


def _fetch(tmp_path: Path, http: Mapping[str, Any], credential: Mapping[str, str] | None = None) -> dict[str, bytes]:
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"http": http}}))
    credentials = {} if credential is None else {"model": credential}
    fetch(tmp_path / "spec.json", tmp_path / "fetched", credentials, say=lambda _: None)  # type: ignore[arg-type]
    return {file.name: file.read_bytes() for file in (tmp_path / "fetched" / "model").iterdir()}


def _files(web: Web, **more: Any) -> dict[str, dict[str, str]]:
    return {name: web.put(f"/repository/{name}", content, **more) for name, content in FILES.items()}


def _packed(folder: Path) -> bytes:
    with tarfile.open(folder.parent / "packed", "w:gz") as packed:
        packed.add(folder, "sentiment")
    return (folder.parent / "packed").read_bytes()


def test_an_archive_is_exported(web: Web, checkpoint: Checkpoint, export: Export, tmp_path: Path) -> None:
    file = web.put("/model.tgz", _packed(checkpoint("bert", tmp_path / "bert")), authorization=f"Bearer {TOKEN}")
    out = export({"model": {"token": TOKEN}}, model={"http": {"archive": file}})
    source = json.loads((out / "model" / "model.json").read_text())["source"]["model"]
    assert source == f"http:{file['url']}@{file['sha256'][:12]}"
    # the archive is gone
    assert [entry.name for entry in (tmp_path / "fetched").iterdir()] == ["model"]


@pytest.mark.parametrize(
    ("credential", "header"), [(None, None), ({"token": TOKEN}, f"Bearer {TOKEN}"), (LOGIN, BASIC)]
)
def test_files_with_each_kind_of_login(
    credential: dict[str, str] | None, header: str | None, web: Web, tmp_path: Path
) -> None:
    assert _fetch(tmp_path, {"files": _files(web, authorization=header)}, credential) == FILES


def test_only_the_files_needed(web: Web, tmp_path: Path) -> None:
    more = {"README.md": web.put("/x", b"x"), "pytorch_model.bin": web.put("/y", b"y")}
    assert _fetch(tmp_path, {"files": {**_files(web), **more}}) == FILES
    assert not {"/x", "/y"} & {request.path for request in web.requests}


def test_nothing_is_asked_for_where_a_file_is_lacking(web: Web, tmp_path: Path) -> None:
    files = _files(web)
    del files["model.safetensors"]
    with pytest.raises(SourceFileMissing, match=r"model\.http\.files: has no PyTorch weights"):
        _fetch(tmp_path, {"files": files})
    assert web.requests == []


def test_the_file_that_is_another_one_is_named(web: Web, tmp_path: Path) -> None:
    files = _files(web)
    files["vocab.txt"]["sha256"] = "f" * 64
    with pytest.raises(
        WrongChecksum, match=rf"^model\.http\.files\.vocab\.txt \({files['vocab.txt']['url']}\): 6 bytes"
    ):
        _fetch(tmp_path, {"files": files})


@pytest.mark.parametrize(
    ("credential", "message"),
    [
        ({"accessKeyId": "AKIA", "secretAccessKey": "s3cret"}, "has accessKeyId and secretAccessKey, and a web server"),
        ({"token": "two\nlines"}, "characters that no token has"),
    ],
)
def test_credential_that_cannot_be_sent(credential: dict[str, str], message: str, web: Web, tmp_path: Path) -> None:
    with pytest.raises(SourceAccessDenied, match=message) as error:
        _fetch(tmp_path, {"files": _files(web)}, credential)
    assert not any(value in str(error.value) for value in credential.values())
    assert web.requests == []


def test_credential_in_plain_text(tmp_path: Path) -> None:
    # 192.0.2.0/24 is for documentation: nobody would answer
    file = {"url": "http://192.0.2.1/model.zip", "sha256": "0" * 64}
    with pytest.raises(SourceAccessDenied, match=r"http://192\.0\.2\.1/model\.zip\): .*in plain text"):
        _fetch(tmp_path, {"archive": file}, LOGIN)


def test_login_is_in_no_output_and_no_file(web: Web, tmp_path: Path) -> None:
    files = _files(web, authorization=BASIC)
    files["vocab.txt"]["sha256"] = "f" * 64
    spec, fetched = tmp_path / "spec.json", tmp_path / "fetched"
    spec.write_text(json.dumps({"model": {"http": {"files": files}}}))
    done = subprocess.run(
        [sys.executable, "-m", "bert_exporter", "fetch", "--spec", spec, "--fetched", fetched],
        env={**os.environ, "MODEL_CREDENTIAL": json.dumps(LOGIN)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 13
    assert "error: model.http.files.vocab.txt" in done.stderr
    assert (fetched / "model" / "config.json").is_file()
    secrets = (LOGIN["password"], BASIC.split()[1])
    assert not any(secret in done.stdout + done.stderr for secret in secrets)
    for file in fetched.rglob("*"):
        assert file.is_dir() or not any(secret.encode() in file.read_bytes() for secret in secrets)


_FILE = {"url": "https://host/x", "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "http: has 0 of archive, files"),
        ({"archive": _FILE, "files": {"config.json": _FILE}}, "http: has 2 of archive, files"),
        ({"file": _FILE}, "http: unknown field file"),
        ({"archive": "https://host/x"}, "http.archive: is 'https://host/x'"),
        ({"archive": {**_FILE, "md5": "0"}}, "http.archive: unknown field md5"),
        ({"archive": {"url": "https://host/x"}}, "http.archive.sha256: is None"),
        (
            {"archive": {**_FILE, "sha256": "0" * 40}},
            f"http.archive.sha256: is '{'0' * 40}'\n  remedy: a SHA-256 of 64",
        ),
        ({"archive": {**_FILE, "url": "ftp://host/x"}}, "http.archive.url: is 'ftp://host/x'"),
        ({"archive": {**_FILE, "url": "https://robot:p4ss@host/x"}}, "http.archive.url: holds a user or password"),
        ({"files": {"../config.json": _FILE}}, "http.files: is no object of files"),
        ({"files": {"a/config.json": _FILE}}, "http.files: is no object of files"),
        ({"files": {"config.json": {**_FILE, "url": "config.json"}}}, "http.files.config.json.url: is 'config.json'"),
    ],
)
def test_refused(fields: dict[str, Any], message: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"http": fields}}))
    with pytest.raises(SpecError) as error:
        read_spec(tmp_path / "spec.json")
    assert message in str(error.value)
    assert "p4ss" not in str(error.value)


def test_files_are_described_by_where_they_lie_and_what_they_are(tmp_path: Path) -> None:
    """As the pod's annotation has it: components/image/storages/http.ts."""

    def described(files: Mapping[str, Any]) -> str:
        (tmp_path / "spec.json").write_text(json.dumps({"model": {"http": {"files": files}}}))
        return read_spec(tmp_path / "spec.json").model.describe()

    files = {
        "b.txt": {"url": "https://b/b.txt", "sha256": "b" * 64},
        "a.txt": {"url": "http://a:1/", "sha256": "a" * 64},
    }
    assert described(files) == "http:2 files from a:1, b@4738157b89cd"
    assert described({**files, "a.txt": {**files["a.txt"], "sha256": "c" * 64}}) != described(files)


def test_the_docs_have_the_limits() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert f"{storage.MAX_CHECKPOINT_BYTES >> 30} GiB" in text
    assert f"{archive.MAX_ENTRIES:,} entries" in text
    assert f"after {download.TRIES} tries" in text
