"""Servers that the tests share. Each renders a repository with the product's own command line and runs the real
tritonserver on it, with the product's own flags."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "model_repository_templates"
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "exporter")]

# ruff: noqa: E402 - the path is set above, so that pytest can be called from anywhere
from classifier import write_classifier
from triton import Triton
from triton_repository.__main__ import main as triton_repository

GOLDEN = [
    {"text": "Help me, I am lost", "predicts": "distress", "minScore": 0.5},
    {"text": "спасибо, люблю", "predicts": "joy"},
]


def render(folder: Path, **options: Any) -> tuple[Path, Path]:
    """A repository for a classifier made on the spot, and golden.json. `options`: spec.json's or the classifier's."""
    kind = {name: options.pop(name) for name in ("token_types", "activation") if name in options}
    model = write_classifier(folder / "model", **kind)
    spec = {
        "apiName": "ensemble_model",
        "maxBatchSize": 4,
        "maxLength": None,
        "instances": 1,
        "onnxBackend": "python",
        "device": "cpu",
        "gpuCount": 1,
        "labels": None,
        "examples": GOLDEN,
        **options,
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    arguments = ["render", "--spec", folder / "spec.json", "--model", model, "--templates", TEMPLATES]
    arguments += ["--out", folder / "models", "--golden", folder / "golden.json"]
    assert triton_repository([str(argument) for argument in arguments]) == 0
    return folder / "models", folder / "golden.json"


def serve(folder: Path, **options: Any) -> Triton:
    repository, golden = render(folder, **options)
    return Triton(repository, options.get("apiName", "ensemble_model"), folder, golden)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """As the template's own clients know it: `ensemble_model`, a BERT-like graph, batches of up to 4."""
    with serve(tmp_path_factory.mktemp("bert")) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture(scope="session")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """Another name, no token_type_ids, sigmoid, labels from the deployment, two instances, a shorter maximum."""
    labels = {"0": "нейтрально", "1": "тревога", "2": "радость"}
    golden = [{"text": "мне страшно", "predicts": "тревога", "minScore": 0.5}]
    with serve(
        tmp_path_factory.mktemp("roberta"),
        apiName="distress-check.v2",
        token_types=False,
        activation="sigmoid",
        labels=labels,
        instances=2,
        maxLength=8,
        maxBatchSize=16,
        examples=golden,
    ) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"
