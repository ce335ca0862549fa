"""Promise: ClearML's own SDK finds the model that is meant; keys and token reach its server alone; refusals in words.

The server is test/stand-ins/clearml, in a process of its own. So is the fetch, as the image build runs it: the SDK lies
apart from the export's packages, in FETCH_PACKAGES.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bert_exporter.errors import SpecError
from bert_exporter.spec import read_spec
from web import serving

_SERVER = Path(__file__).parents[3] / "test" / "stand-ins" / "clearml" / "clearml_server.py"
_SOURCES = Path(__file__).parents[1] / "src"
PACKAGES = os.environ.get("FETCH_PACKAGES")
needs_sdk = pytest.mark.skipif(
    PACKAGES is None, reason="FETCH_PACKAGES names no folder with what fetch/clearml.py asks for"
)

ACCESS, SECRET = "ACCESSKEY0123456789", "s3cret-key/with+odd=characters"
KEYS = {"accessKeyId": ACCESS, "secretAccessKey": SECRET}
FILES = {"config.json": b"{}", "model.safetensors": b"weights", "vocab.txt": b"[PAD]\n"}


@dataclass(frozen=True)
class ClearMl:
    """A running stand-in. `log` holds its request lines."""

    api: str
    files: str
    root: Path
    log: Path

    @property
    def server(self) -> dict[str, str]:
        return {"api": self.api, "files": self.files}

    def package(self, path: str, files: dict[str, bytes] | None = None) -> str:
        """Uploads one as OutputModel.update_weights_package() does; returns its SHA-256."""
        target = self.root / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, content in (FILES if files is None else files).items():
                archive.writestr(name, content)
        return hashlib.sha256(target.read_bytes()).hexdigest()

    def know(self, *models: dict[str, Any]) -> None:
        """The models, the newest last."""
        usual = {"name": "sentiment", "project": "NLP/Reviews", "ready": True, "uri": "{files}/a.zip"}
        (self.root / "models.json").write_text(json.dumps([{**usual, **model} for model in models]))


@pytest.fixture
def clearml(tmp_path: Path) -> Iterator[ClearMl]:
    root, log = tmp_path / "clearml", tmp_path / "clearml.log"
    root.mkdir()
    command = [sys.executable, str(_SERVER), "--root", str(root), "--access-key", ACCESS, "--secret-key", SECRET]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        api, files = process.stdout.readline().removeprefix("listening on ").strip().split(" and ")
        yield ClearMl(api, files, root, log)
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@dataclass(frozen=True)
class Fetched:
    files: dict[str, bytes]
    said: str


def _fetch(tmp_path: Path, fields: dict[str, Any], keys: dict[str, str] | None = None) -> Fetched:
    """Runs the command; its own words must hold no key."""
    spec, fetched = tmp_path / "spec.json", tmp_path / "fetched"
    spec.write_text(json.dumps({"model": {"clearml": fields}}))
    path = os.pathsep.join([str(_SOURCES), str(_SOURCES.parents[1] / "shared"), str(PACKAGES)])
    done = subprocess.run(
        [sys.executable, "-m", "bert_exporter", "fetch", "--spec", spec, "--fetched", fetched],
        env={**os.environ, "PYTHONPATH": path, "HOME": str(tmp_path), "MODEL_CREDENTIAL": json.dumps(keys or KEYS)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert SECRET not in said
    assert "Traceback" not in said
    model = fetched / "model"
    assert model.is_dir() == (done.returncode == 0)
    return Fetched({file.name: file.read_bytes() for file in model.iterdir()} if model.is_dir() else {}, said)


@needs_sdk
def test_by_id(clearml: ClearMl, tmp_path: Path) -> None:
    clearml.package("NLP Reviews.0a1/models/model_package.zip", {**FILES, "README.md": b"x", "onnx/model.onnx": b"x"})
    clearml.know({"id": "0a1b2c", "uri": "{files}/NLP%20Reviews.0a1/models/model_package.zip"})
    fetched = _fetch(tmp_path, {"modelId": "0a1b2c", "server": clearml.server})
    assert fetched.files == FILES
    assert "fetched model clearml:0a1b2c" in fetched.said


@needs_sdk
def test_an_address_with_blanks_as_they_are(clearml: ClearMl, tmp_path: Path) -> None:
    clearml.package("NLP Reviews/a.zip")
    clearml.know({"id": "0a1b2c", "uri": "{files}/NLP Reviews/a.zip"})
    assert _fetch(tmp_path, {"modelId": "0a1b2c", "server": clearml.server}).files == FILES


@needs_sdk
def test_the_newest_of_a_name(clearml: ClearMl, tmp_path: Path) -> None:
    clearml.package("old.zip", {**FILES, "vocab.txt": b"old"})
    sha256 = clearml.package("new.zip")
    clearml.know(
        {"id": "old", "uri": "{files}/old.zip"},
        {"id": "new", "uri": "{files}/new.zip", "ready": False},
        # names are patterns to the server
        {"id": "other", "name": "sentiment-2", "uri": "{files}/old.zip"},
        {"id": "elsewhere", "project": "NLP/Reviews/Sub", "uri": "{files}/old.zip"},
    )
    named = {"project": "NLP/Reviews", "name": "sentiment", "sha256": sha256, "server": clearml.server}
    assert _fetch(tmp_path, named).files == FILES


@needs_sdk
def test_another_package_under_the_name(clearml: ClearMl, tmp_path: Path) -> None:
    sha256 = clearml.package("a.zip")
    clearml.know({"id": "0a1b2c"})
    named = {"project": "NLP/Reviews", "name": "sentiment", "sha256": "f" * 64, "server": clearml.server}
    said = _fetch(tmp_path, named).said
    assert f"model.clearml (model 0a1b2c, {clearml.files}/a.zip)" in said
    assert f"with the SHA-256 {sha256}, not {'f' * 64}" in said


@needs_sdk
@pytest.mark.parametrize("pinned", [True, False])
def test_a_model_that_may_change(pinned: bool, clearml: ClearMl, tmp_path: Path) -> None:
    sha256 = clearml.package("a.zip")
    clearml.know({"id": "0a1b2c", "ready": False})
    more = {"sha256": sha256} if pinned else {}
    fetched = _fetch(tmp_path, {"modelId": "0a1b2c", "server": clearml.server, **more})
    assert fetched.files == (FILES if pinned else {})
    assert ("the model 0a1b2c is not published" in fetched.said) is not pinned


@needs_sdk
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"modelId": "none"}, "model.clearml (clearml:none at http.*): there is no model of this id"),
        ({"project": "NLP/None", "name": "x", "sha256": "0" * 64}, "the project 'NLP/None' is not there"),
        ({"project": "NLP/Reviews", "name": "x", "sha256": "0" * 64}, "the project 'NLP/Reviews' has no such model"),
    ],
)
def test_not_there(fields: dict[str, Any], message: str, clearml: ClearMl, tmp_path: Path) -> None:
    clearml.know({"id": "0a1b2c"})
    said = _fetch(tmp_path, {**fields, "server": clearml.server}).said
    assert re.search(re.escape(message).replace(r"http\.\*", "http.*"), said), said


@needs_sdk
@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({**KEYS, "secretAccessKey": "wr0ng-key"}, "HTTP 401: the keys in use give no access"),
        ({"token": "t0ken"}, "the credential has token, and ClearML takes a pair of keys"),
    ],
)
def test_no_access(keys: dict[str, str], message: str, clearml: ClearMl, tmp_path: Path) -> None:
    clearml.know({"id": "0a1b2c"})
    said = _fetch(tmp_path, {"modelId": "0a1b2c", "server": clearml.server}, keys).said
    assert message in said
    assert "wr0ng-key" not in said
    assert "t0ken" not in said


@needs_sdk
def test_nobody_answers(tmp_path: Path) -> None:
    # Port 9 of the loopback interface: discard, which no machine of today serves.
    server = {"api": "http://127.0.0.1:9", "files": "http://127.0.0.1:9"}
    assert (
        "no usable answer ([Errno 111] Connection refused)" in _fetch(tmp_path, {"modelId": "x", "server": server}).said
    )


@needs_sdk
@pytest.mark.parametrize("status", [500, 503])
def test_a_server_in_trouble(status: int, tmp_path: Path) -> None:
    """Left alone, the SDK asks one that says 503 for ever."""
    with serving() as web:
        web.put("/auth.login", b"", failures=[status] * 99)
        said = _fetch(tmp_path, {"modelId": "x", "server": {"api": web.address, "files": web.address}}).said
    assert "model.clearml (clearml:x at http" in said
    assert "no usable answer" in said


@needs_sdk
def test_weights_on_another_server_get_no_token(clearml: ClearMl, tmp_path: Path) -> None:
    sha256 = clearml.package("a.zip")
    content = (clearml.root / "files" / "a.zip").read_bytes()
    with serving() as web:
        web.put("/a.zip", content)
        clearml.know({"id": "0a1b2c", "uri": f"{web.address}/a.zip"})
        fields = {"modelId": "0a1b2c", "sha256": sha256, "server": clearml.server}
        assert _fetch(tmp_path, fields).files == FILES
        assert [request.authorization for request in web.requests] == [None]


@needs_sdk
def test_a_file_server_that_is_not_the_one_said(clearml: ClearMl, tmp_path: Path) -> None:
    clearml.package("a.zip")
    clearml.know({"id": "0a1b2c"})
    server = {"api": clearml.api, "files": "https://files.clear.ml"}
    said = _fetch(tmp_path, {"modelId": "0a1b2c", "server": server}).said
    assert f"{clearml.files}/a.zip), which is not on server.files and so asked for without a token: HTTP 401" in said


@needs_sdk
@pytest.mark.parametrize("uri", ["s3://bucket/a.zip", "file:///etc/hostname", ""])
def test_weights_on_no_web_server(uri: str, clearml: ClearMl, tmp_path: Path) -> None:
    clearml.know({"id": "0a1b2c", "uri": uri})
    assert "its weights lie on no web server" in _fetch(tmp_path, {"modelId": "0a1b2c", "server": clearml.server}).said


_SERVER_FIELDS = {"api": "https://api.clear.ml", "files": "https://files.clear.ml"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"modelId": "x"}, "clearml.server: is None"),
        ({"modelId": "x", "server": {"api": "https://api.clear.ml"}}, "clearml.server.files: is None"),
        ({"modelId": "x", "id": "x", "server": _SERVER_FIELDS}, "clearml: unknown field id"),
        ({"modelId": "x", "name": "x", "server": _SERVER_FIELDS}, "clearml: has modelId, and project or name"),
        ({"project": "x", "name": "x", "server": _SERVER_FIELDS}, "clearml.sha256: is absent"),
        ({"project": "x", "sha256": "0" * 64, "server": _SERVER_FIELDS}, "clearml.name: is None"),
        ({"modelId": "x", "sha256": "0", "server": _SERVER_FIELDS}, "clearml.sha256: is '0'"),
    ],
)
def test_refused(fields: dict[str, Any], message: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"clearml": fields}}))
    with pytest.raises(SpecError) as error:
        read_spec(tmp_path / "spec.json")
    assert message in str(error.value)
