"""Promise: `python -m bert_exporter` works alone; same input, same bytes; errors without a traceback."""

import json
import subprocess
import sys
from pathlib import Path

from conftest import Checkpoint
from families import edit_json


def _run(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bert_exporter", "export", "--spec", str(folder / "spec.json")]
    return subprocess.run(
        # Local sources need no `fetch`.
        [*command, "--fetched", str(folder / "none"), "--sources", str(folder / "sources"), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_end_to_end_twice(checkpoint: Checkpoint, tmp_path: Path) -> None:
    import onnxruntime
    from tokenizers import Tokenizer

    checkpoint("distilbert", tmp_path / "sources" / "model")
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"local": {}}}))
    for out in ("first", "second"):
        done = _run(tmp_path, tmp_path / out)
        assert done.returncode == 0, done.stderr
        assert "logits differ by at most" in done.stdout

    files = sorted(path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file())
    expected = ["model/model.json", "model/model.onnx", "model/proof.json", "model/tokenizer.json", "quality.json"]
    assert [file.as_posix() for file in files] == expected
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes(), file

    # What is written is enough to answer: nothing of transformers is needed any more.
    model = tmp_path / "first" / "model"
    facts = json.loads((model / "model.json").read_text())
    ids = Tokenizer.from_file(str(model / "tokenizer.json")).encode("I love it").ids
    feed = dict(zip(facts["inputs"], ([ids], [[1] * len(ids)]), strict=True))
    logits = onnxruntime.InferenceSession(str(model / "model.onnx")).run(["logits"], feed)[0]
    assert logits.shape == (1, len(facts["labels"]))


def test_a_model_that_is_refused_is_said_as_data(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = checkpoint("distilbert", tmp_path / "sources" / "model")
    config = json.loads((model / "config.json").read_text())
    config["architectures"] = ["DistilBertForTokenClassification"]
    (model / "config.json").write_text(json.dumps(config))
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"local": {}}}))
    done = _run(tmp_path, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (problem,) = json.loads((tmp_path / "out" / "verdict.json").read_text())["problems"]
    assert problem["path"] == ["model"]
    assert "no text classifier" in problem["because"]
    assert "sequence classification" in problem["remedy"]
    assert [file.name for file in (tmp_path / "out" / "model").iterdir()] == ["model.onnx"]
    assert not (tmp_path / "out" / "quality.json").exists()


def test_what_is_odd_about_a_model_is_said_as_data(checkpoint: Checkpoint, tmp_path: Path) -> None:
    config = checkpoint("distilbert", tmp_path / "sources" / "model") / "config.json"
    edit_json(config, label2id={"negative": 2, "neutral": 1, "positive": 0})
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"local": {}}}))
    assert _run(tmp_path, tmp_path / "out").returncode == 0
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert verdict["problems"] == []
    assert [warning["path"] for warning in verdict["warnings"]] == [["labels"]]
    assert (tmp_path / "out" / "quality.json").is_file()


def test_one_that_misses_the_gate_is_refused_at_the_gate(checkpoint: Checkpoint, tmp_path: Path) -> None:
    checkpoint("distilbert", tmp_path / "sources" / "model")
    spec = {"model": {"local": {}}, "qualityGate": {"maxLogitDifference": 1e-30}}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    assert _run(tmp_path, tmp_path / "out").returncode == 0
    (problem,) = json.loads((tmp_path / "out" / "verdict.json").read_text())["problems"]
    assert problem["path"] == ["qualityGate", "maxLogitDifference"]


def test_error_without_traceback(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"model": {"local": {}}, "tasks": "textClassification"}))
    done = _run(tmp_path, tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "remedy: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
