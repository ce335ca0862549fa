"""Promise: a spec.json that says something else than the exporter would do is refused, with place and remedy."""

import json
from pathlib import Path
from typing import Any

import pytest

from bert_exporter.errors import SpecError
from bert_exporter.fetch import storages
from bert_exporter.spec import read_spec

_HF = {"id": "acme/model", "revision": "0" * 40}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "model: is null"),
        ({"model": {}}, f"model: names 0 storages\n  remedy: exactly one of: {', '.join(storages())}"),
        ({"model": {"local": {}, "hf": _HF}}, "model: names 2 storages"),
        ({"model": {"ftp": {}}}, "model: no storage is called 'ftp'"),
        ({"model": {"local": {"path": "x"}}}, "model.local: unknown field path\n  remedy: allowed fields: none"),
        ({"model": {"hf": {"id": "a/b"}}}, "model.hf.revision: is None"),
        ({"model": {"hf": {**_HF, "revision": "main"}}}, "model.hf.revision: is 'main'\n  remedy: a full commit hash"),
        ({"model": {"hf": {**_HF, "token": "x"}}}, "model.hf: unknown field token"),
        ({"model": {"local": {}}, "tokenizer": None}, "tokenizer: is null"),
        ({"model": {"local": {}}, "labels": {"0": "x"}}, "unknown field labels"),
        (
            {"model": {"local": {}}, "task": "fillMask"},
            'task: is "fillMask"\n  remedy: one of: multiLabelClassification, textClassification',
        ),
        ({"model": {"local": {}}, "task": {"textClassification": {}}}, 'task: is {"textClassification": {}}'),
        ({"model": {"local": {}}, "qualityGate": {"maxLogitDifference": 0}}, "maxLogitDifference: is 0"),
        ({"model": {"local": {}}, "qualityGate": {"max": 1}}, "qualityGate: unknown field max"),
        ({"model": {"local": {}}, "lables": {}}, "unknown field lables"),
    ],
)
def test_refused(spec: dict[str, Any], message: str, tmp_path: Path) -> None:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps(spec))
    with pytest.raises(SpecError) as error:
        read_spec(file)
    assert message in str(error.value)


def test_no_file_and_no_json(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such file"):
        read_spec(tmp_path / "spec.json")
    (tmp_path / "spec.json").write_text("{")
    with pytest.raises(SpecError, match="is not JSON"):
        read_spec(tmp_path / "spec.json")


def test_what_is_read(tmp_path: Path) -> None:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({"model": {"hf": _HF}, "tokenizer": {"local": {}}}))
    spec = read_spec(file)
    assert spec.model.describe() == f"hf:acme/model@{'0' * 40}"
    assert spec.tokenizer is not None
    assert spec.max_logit_difference == 1e-3
    assert spec.task == "textClassification"
    file.write_text(json.dumps({"model": {"hf": _HF}, "task": "multiLabelClassification"}))
    assert read_spec(file).task == "multiLabelClassification"


@pytest.mark.parametrize("storage", storages())
def test_every_storage_has_tests_of_its_own(storage: str) -> None:
    assert (Path(__file__).parent / f"test_fetch_{storage}.py").is_file()
