"""Servers that the tests share: the real tritonserver on rendered repositories, with the product's own flags."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("test/serving", "test/soak", "images/server/src", "images/shared", "model_repository_templates/shared")
sys.path[:0] = [str(ROOT / folder) for folder in OURS]

# ruff: noqa: E402 - the path is set above, so that pytest can be called from anywhere
from rendering import KINDS, serve
from triton import Triton


@pytest.fixture(scope="session")
def ensemble_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """As the template's own clients know it: `ensemble_model`, a BERT-like graph, batches of up to 4."""
    with serve(tmp_path_factory.mktemp("bert")) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture(scope="session")
def fused_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """The same, served by the fused pipeline."""
    with serve(tmp_path_factory.mktemp("fused"), **KINDS["fused"]) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture(scope="session")
def behind_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """The same, the graph in a model behind the fused one, as with NVIDIA's releases and on GPUs."""
    with serve(tmp_path_factory.mktemp("behind"), **KINDS["behind"]) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture
def server(ensemble_server: Triton) -> Triton:
    """For promises of the ensemble alone, and for those that the pipeline has no part in."""
    return ensemble_server


@pytest.fixture(params=["ensemble", "fused", "behind"])
def either_server(request: pytest.FixtureRequest) -> Triton:
    """For promises that both pipelines make, and the fused one wherever its graph runs."""
    server: Triton = request.getfixturevalue(f"{request.param}_server")
    return server


@pytest.fixture(scope="session")
def other_fused_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """The other model below, served by the fused pipeline."""
    with _other(tmp_path_factory.mktemp("fused-roberta"), **KINDS["fused"]) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture(scope="session")
def other_behind_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """The same, the graph in a model behind, two instances of it."""
    with _other(tmp_path_factory.mktemp("behind-roberta"), **KINDS["behind"], instances=2) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture(params=["other_server", "other_fused_server", "other_behind_server"])
def either_other_server(request: pytest.FixtureRequest) -> Triton:
    server: Triton = request.getfixturevalue(request.param)
    return server


@pytest.fixture(scope="session")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """Another name, no token_type_ids, sigmoid, labels from the deployment, two instances, a shorter maximum."""
    with _other(tmp_path_factory.mktemp("roberta"), instances=2) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


def _other(folder: Path, **options: Any) -> Triton:
    labels = {"0": "нейтрально", "1": "тревога", "2": "радость"}
    golden = [{"text": "мне страшно", "predicts": "тревога", "minScore": 0.5}]
    return serve(
        folder,
        apiName="distress-check.v2",
        token_types=False,
        activation="sigmoid",
        labels=labels,
        maxLength=8,
        maxBatchSize=16,
        examples=golden,
        **options,
    )
