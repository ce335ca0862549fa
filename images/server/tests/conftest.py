"""A model folder and a spec that fit each other, for tests to bend; a stand-in for what only Triton's stub provides."""

import json
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bert_tasks.proof import write_proof
from fitting import MODEL, SPEC, TEMPLATES, Read, proof
from triton_repository.contract import Contract, read_contract
from triton_repository.spec import Serving, read_serving


@pytest.fixture
def contract() -> Contract:
    return read_contract(TEMPLATES / "contract.yaml")


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.json").write_text(json.dumps(MODEL), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "model.onnx").write_bytes(b"graph")
    write_proof(folder / "proof.json", proof())
    return folder


@pytest.fixture
def read(tmp_path: Path, contract: Contract) -> Read:
    """Reads the spec and model above with some fields changed: `read(apiName="x", model={"inputs": []})`."""

    def reader(model: dict[str, Any] | None = None, **spec: Any) -> Serving:
        (tmp_path / "spec.json").write_text(json.dumps({**SPEC, **spec}), encoding="utf-8")
        (tmp_path / "model.json").write_text(json.dumps({**MODEL, **(model or {})}), encoding="utf-8")
        return read_serving(tmp_path / "spec.json", tmp_path / "model.json", contract)

    return reader


class TritonError(Exception):
    INVALID_ARG, INTERNAL, UNAVAILABLE = "INVALID_ARG", "INTERNAL", "UNAVAILABLE"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class MetricFamily:
    """Counts as the real one does; a test reads them off."""

    COUNTER, GAUGE = "counter", "gauge"

    def __init__(self, name: str, description: str, kind: str) -> None:  # noqa: ARG002
        assert (kind == self.COUNTER) == (name.endswith(("_total", "_us")))
        self.name = name

    def Metric(self, labels: dict[str, str]) -> Any:
        return Metric(labels)


class Metric:
    def __init__(self, labels: dict[str, str]) -> None:
        self.labels, self.value, self.writers = labels, 0.0, set[int]()

    def increment(self, by: float) -> None:
        assert by > 0
        self._write(self.value + by)

    def set(self, value: float) -> None:
        self._write(value)

    def _write(self, value: float) -> None:
        self.writers.add(threading.get_ident())
        self.value = value


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the models log. Puts a stand-in for triton_python_backend_utils in place."""
    lines: list[str] = []
    stand_in = ModuleType("triton_python_backend_utils")
    members: dict[str, Any] = {
        "TritonError": TritonError,
        "Tensor": lambda name, array: SimpleNamespace(name=name, array=array),
        "InferenceResponse": lambda tensors=(), error=None: SimpleNamespace(tensors=list(tensors), error=error),
        "MetricFamily": MetricFamily,
        "Logger": SimpleNamespace(**{f"log_{level}": lines.append for level in ("info", "warn", "error")}),
    }
    for name, member in members.items():
        setattr(stand_in, name, member)
    monkeypatch.setitem(sys.modules, "triton_python_backend_utils", stand_in)
    for module in ("bert_serving.metrics", "bert_serving.respond"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return lines
