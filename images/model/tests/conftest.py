"""Shared by the exporter's tests: tiny checkpoints (made once), a way to run an export, and the hub stand-in."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from bert_exporter.fetching import fetch
from bert_exporter.pipeline import run
from bert_exporter.spec import read_spec
from bert_exporter.storage import Credential, Places, Role
from families import FAMILIES

Checkpoint = Callable[[str, Path], Path]
Export = Callable[..., Path]

_HUB = Path(__file__).parents[3] / "test" / "stand-ins" / "hub" / "server.py"
HUB_TOKEN = "hf_stand-in-token-0123456789"


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """Puts a checkpoint of a family into a folder that the test may change."""
    made: dict[str, Path] = {}

    def into(family: str, folder: Path) -> Path:
        if family not in made:
            made[family] = tmp_path_factory.mktemp("checkpoint") / family
            FAMILIES[family].make(made[family])
        shutil.copytree(made[family], folder, dirs_exist_ok=True)
        return folder

    return into


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Fetches and exports in this process, local sources from `tmp_path/sources`; returns the folder of the result."""
    return partial(_export, tmp_path)


def _export(root: Path, credentials: Mapping[Role, Credential] | None = None, **spec: Any) -> Path:
    file = root / "spec.json"
    file.write_text(json.dumps({"model": {"local": {}}, **spec}), encoding="utf-8")
    places, out = Places(root / "sources", root / "fetched"), root / "out"
    fetch(file, places.fetched, credentials or {}, say=lambda _: None)
    run(read_spec(file), places, out, say=lambda _: None)
    return out


@pytest.fixture(scope="session")
def exported(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The result of exporting a family, made once; not to be changed."""

    @cache
    def of(family: str) -> Path:
        root = tmp_path_factory.mktemp("exported")
        checkpoint(family, root / "sources" / "model")
        return _export(root)

    return of


@dataclass(frozen=True)
class Hub:
    """A running stand-in. `log` holds its request lines."""

    endpoint: str
    root: Path
    log: Path

    def repository(self, name: str, revision: str, *, private: bool = False) -> Path:
        """The folder of a new repository's revision."""
        folder = self.root / name / revision
        folder.mkdir(parents=True)
        if private:
            (self.root / name / ".private").touch()
        return folder


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """The hub stand-in in a process of its own, on a free port of the loopback interface."""
    root, log = tmp_path / "hub", tmp_path / "hub.log"
    root.mkdir()
    command = [sys.executable, str(_HUB), "--root", str(root), "--token", HUB_TOKEN]
    with log.open("wb") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert server.stdout is not None
        yield Hub(server.stdout.readline().removeprefix("listening on ").strip(), root, log)
    finally:
        server.terminate()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()
