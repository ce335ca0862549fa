"""Servers that the tests share: the real tritonserver on rendered repositories, with the product's own flags."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "exporter")]

# ruff: noqa: E402 - the path is set above, so that pytest can be called from anywhere
from rendering import serve
from triton import Triton


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
