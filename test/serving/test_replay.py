"""Promise: what was proven is what serves. Whatever is swapped behind the proof is found, by the image's build and by a
pod's startup probe, of a model without examples, too."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from rendering import KINDS, render
from test_golden_probe import WRONG, probe, verdict, verify
from triton import Triton

Break = Callable[[Path], None]
SERVER = ["server"]
GATE = ["qualityGate", "maxLogitDifference"]
SEVERAL: dict[str, Any] = {
    "activation": "sigmoid",
    "task": {"multiLabelClassification": {"threshold": 0.7, "probabilities": True}},
}


def other_normalizer(repository: Path) -> None:
    (file,) = repository.glob("*/1/tokenizer.json")
    _edit(file, normalizer=None)


def shorter_texts(repository: Path) -> None:
    (file,) = repository.glob("*/1/tokenizer.json")
    _edit(file.parent / "settings.json", maxLength=8)


def other_weights(repository: Path) -> None:
    (file,) = repository.glob("*/1/model.onnx")
    model = onnx.load(file)
    weights = next(tensor for tensor in model.graph.initializer if tensor.name == "weights")
    weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights) * np.float32(1.01), weights.name))
    onnx.save(model, file)


def other_order_of_labels(repository: Path) -> None:
    file = _who_answers(repository)
    _edit(file, labels=json.loads(file.read_text(encoding="utf-8"))["labels"][::-1])


def other_activation(repository: Path) -> None:
    _edit(_who_answers(repository), activation="sigmoid")


def other_threshold(repository: Path) -> None:
    _edit(_who_answers(repository), decision={"threshold": 0.5, "thresholds": {}})


def _who_answers(repository: Path) -> Path:
    (folder,) = repository.glob("*/1/bert_tasks")
    return folder.parent / "settings.json"


def _edit(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "breaks", "path", "says"),
    [
        ("fused", other_normalizer, SERVER, r'other token ids for 2 of 7 .* text "HELP me, I am LOST", expected from'),
        ("native", other_normalizer, SERVER, "other token ids for 2 of 7"),
        ("ensemble", shorter_texts, SERVER, r"other token ids for 1 of 7 .*\(16 in all\), got .*\(8 in all\)"),
        ("fused", other_weights, GATE, r"other logits for 7 of 7 .* expected \[.*\] within 0.001, got \["),
        ("ensemble", other_weights, GATE, "other logits for 7 of 7"),
        ("behind", other_weights, GATE, "other logits for 7 of 7"),
        ("fused", other_order_of_labels, SERVER, 'other answers for .*"label": "joy".* got {"label": "neutral"'),
        ("ensemble", other_activation, SERVER, "other answers for 7 of 7"),
    ],
)
def test_the_image_build_finds_what_was_swapped(
    kind: str, breaks: Break, path: list[str], says: str, tmp_path: Path
) -> None:
    run = verify(tmp_path, breaks, examples=[], **KINDS[kind])
    assert run.returncode == 0, run.stderr
    (problem,) = verdict(tmp_path)
    assert problem["path"] == path
    assert problem["remedy"]
    assert re.search(says, problem["because"]), problem["because"]


@pytest.mark.parametrize("kind", ["fused", "native"])
def test_the_image_build_finds_another_threshold(kind: str, tmp_path: Path) -> None:
    run = verify(tmp_path, other_threshold, examples=[], **KINDS[kind], **SEVERAL)
    assert run.returncode == 0, run.stderr
    (problem,) = verdict(tmp_path)
    assert problem["path"] == SERVER
    assert re.search(r"other answers for .* got {\"label\": \"\[", problem["because"]), problem["because"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_proof_holds_with_labels_and_options_of_the_deployment(kind: str, tmp_path: Path) -> None:
    labels = {"0": "нейтрально", "1": "тревога", "2": "радость"}
    task = {"multiLabelClassification": {"threshold": 0.8, "probabilities": True}}
    run = verify(tmp_path, examples=[], labels=labels, maxLength=12, **KINDS[kind], **SEVERAL | {"task": task})
    assert run.returncode == 0, run.stderr
    assert verdict(tmp_path) == []
    assert (
        "2 of 2 texts of the proof answered right\n6 built-in texts answered as by the model that was proven"
        in run.stdout
    )


def test_a_pod_of_another_model_than_was_proven_never_gets_ready(tmp_path: Path) -> None:
    """Without examples, and of an image whose build was right."""
    repository, golden = render(tmp_path, examples=[], **KINDS["fused"])
    other_normalizer(repository)
    with Triton(repository, "ensemble_model", tmp_path, golden) as server:
        run = probe(golden, server.http, tmp_path / "told")
    assert run.returncode == WRONG
    assert re.search(r"not answer as the one that was proven: 2 of 5 .*\"HELP me, I am LOST\", expected {", run.stdout)
    assert (tmp_path / "told").read_text(encoding="utf-8") == run.stdout
