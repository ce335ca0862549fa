"""Promise: a model answers as its task says, on both pipelines, wherever the graph runs. A class is told by its
place, and the places by the model's config."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ask import get, infer_body, infer_grpc, infer_http, post
from classifier import LABELS
from rendering import KINDS, serve
from test_golden_probe import RIGHT, WRONG, changed, probe
from triton import Triton

# Of a text without a known word each class has a score of 0.55 or 0.56.
SEVERAL: dict[str, Any] = {
    "activation": "sigmoid",
    "task": {
        "multiLabelClassification": {"threshold": 0.7, "thresholds": {"neutral": 0.6}, "probabilities": True},
    },
    "examples": [
        {"text": "help, I love it", "labels": ["joy", "distress"], "minScore": 0.7},
        {"text": "and so it goes", "labels": []},
    ],
}
ONE: dict[str, Any] = {"task": {"textClassification": {"probabilities": True}}}
TEXTS = ["help, love", "report", "so it goes"]
ON = [["distress", "joy"], ["neutral"], []]
Infer = Callable[..., Any]


@pytest.fixture(scope="module", params=["fused", "ensemble", "behind"])
def several(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    with serve(tmp_path_factory.mktemp(f"several-{request.param}"), **KINDS[request.param], **SEVERAL) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


@pytest.fixture(scope="module", params=["fused", "ensemble"])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    with serve(tmp_path_factory.mktemp(f"one-{request.param}"), **KINDS[request.param], **ONE) as triton:
        yield triton
        assert triton.alive(), "a test has ended the server"


def class_order(server: Triton) -> list[str]:
    status, config = get(server, f"/v2/models/{server.api_name}/config")
    assert status == 200
    order: list[str] = json.loads(config["parameters"]["labels"]["string_value"])
    return order


def test_several_labels_by_plain_http(several: Triton) -> None:
    status, answer = post(several, "/v2/models/ensemble_model/infer", infer_body(TEXTS))
    assert status == 200
    outputs = {output["name"]: output for output in answer["outputs"]}
    assert set(outputs) == {"predicts", "scores", "probabilities"}
    assert (outputs["predicts"]["datatype"], outputs["predicts"]["shape"]) == ("BYTES", [3])
    assert outputs["predicts"]["data"] == ['["distress","joy"]', '["neutral"]', "[]"]
    assert (outputs["scores"]["datatype"], outputs["scores"]["shape"]) == ("FP32", [3, 3])
    assert outputs["probabilities"]["data"] == outputs["scores"]["data"]


@pytest.mark.parametrize("infer", [infer_http, infer_grpc])
def test_several_labels_by_the_official_clients(several: Triton, infer: Infer) -> None:
    result = infer(several, TEXTS)
    assert [json.loads(text) for text in result.as_numpy("predicts")] == ON
    scores = result.as_numpy("scores")
    assert (scores.shape, scores.dtype) == ((3, 3), np.float32)
    order = class_order(several)
    assert order == LABELS
    for labels, row in zip(ON, scores, strict=True):
        assert [
            label for label, score in zip(order, row, strict=True) if score >= (0.6 if label == "neutral" else 0.7)
        ] == labels


def test_several_labels_of_one_text_and_of_many(several: Triton) -> None:
    """A request's texts may run in different groups; each keeps its row."""
    alone = [infer_http(several, [text]).as_numpy("scores") for text in TEXTS]
    assert all(scores.shape == (1, 3) for scores in alone)
    together = infer_http(several, [*TEXTS, TEXTS[0] + " so it goes" * 5]).as_numpy("scores")
    np.testing.assert_allclose(together[:3], np.concatenate(alone), atol=1e-6)


def test_a_bad_text_fails_alone(several: Triton) -> None:
    status, answer = post(several, "/v2/models/ensemble_model/infer", infer_body([TEXTS[0], " "]))
    assert status == 400
    assert "text_input[1] is empty" in answer["error"]


def test_examples_of_several_labels_are_compared_as_sets(several: Triton, tmp_path: Path) -> None:
    run = probe(several.golden, several.http, tmp_path / "log")
    assert (run.returncode, run.stdout) == (RIGHT, "2 of 2 golden examples answered right\n")
    wrong = [
        {"text": "help, love", "labels": ["joy"], "minScore": 0},
        {"text": "help, love", "labels": ["joy", "distress"], "minScore": 0.99},
    ]
    run = probe(changed(several, tmp_path, examples=wrong), several.http, tmp_path / "log")
    assert run.returncode == WRONG
    first, second = run.stdout.splitlines()
    assert 'text "help, love", expected ["joy"], got ["distress", "joy"]: "distress" has a score of 0.' in first
    assert (
        'expected ["joy", "distress"] with scores of at least 0.99, got ["distress", "joy"]: "distress" has' in second
    )


@pytest.mark.parametrize("infer", [infer_http, infer_grpc])
def test_probabilities_of_one_label(one: Triton, infer: Infer) -> None:
    result = infer(one, TEXTS[1:])
    predicts, scores, probabilities = (result.as_numpy(name) for name in ("predicts", "scores", "probabilities"))
    assert (predicts.shape, scores.shape, probabilities.shape) == ((2,), (2,), (2, 3))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(probabilities.max(axis=1), scores)
    order = class_order(one)
    assert [order[place] for place in probabilities.argmax(axis=1)] == [text.decode() for text in predicts]


def test_without_the_option_there_are_neither_probabilities_nor_an_order(either_server: Triton) -> None:
    _, config = get(either_server, "/v2/models/ensemble_model/config")
    assert [output["name"] for output in config["output"]] == ["predicts", "scores"]
    assert "labels" not in config.get("parameters", {})
