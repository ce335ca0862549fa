"""The command line: what lies where, that the same input gives the same bytes, and how a user is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from bert_tasks.proof import write_proof
from fitting import MODEL, MULTI_LABEL, OF_MULTI_LABEL, SPEC, TEMPLATES, proof
from triton_repository.__main__ import main


def render(tmp_path: Path, model: Path, out: str = "models", *more: str, **spec: Any) -> int:
    (tmp_path / "spec.json").write_text(json.dumps({**SPEC, **spec}), encoding="utf-8")
    paths = ["--spec", tmp_path / "spec.json", "--model", model, "--templates", TEMPLATES, "--out", tmp_path / out]
    return main(["render", *map(str, paths), *more])


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_four_models_with_all_that_they_import(tmp_path: Path, model_folder: Path) -> None:
    assert render(tmp_path, model_folder, "models", "--golden", str(tmp_path / "golden.json")) == 0
    got = files(tmp_path / "models")
    assert {name.split("/")[0] for name in got} == {"sentiment", "text_preprocessing", "model_onnx", "post_processing"}
    assert (tmp_path / "models" / "sentiment" / "1").is_dir()
    assert got["model_onnx/1/model.onnx"] == b"graph"
    for role in ("text_preprocessing", "model_onnx", "post_processing"):
        assert {f"{role}/1/model.py", f"{role}/1/settings.json", f"{role}/1/bert_serving/respond.py"} <= set(got)
    assert json.loads(got["model_onnx/1/settings.json"])["inputs"] == {"input_ids": 1, "attention_mask": 0}
    golden = json.loads((tmp_path / "golden.json").read_text(encoding="utf-8"))
    assert golden["examples"] == [{"text": "помогите", "predicts": "distress", "minScore": 0.9}]
    assert golden["requestBytes"] == 1048576
    (proven,) = golden["proof"]["texts"]
    assert (proven["text"], proven["answer"]["label"]) == ("мне страшно", "distress")
    assert golden["task"] == "textClassification"
    assert golden["labels"] == ["neutral", "distress"]
    assert golden["tensors"] == {"text": "text_input", "outputs": {"label": "predicts", "score": "scores"}}


def test_graph_with_weights_in_a_file_of_their_own(tmp_path: Path, model_folder: Path) -> None:
    graph = model_folder / "model.onnx"
    graph.unlink()
    graph.mkdir()
    for name in ("model.onnx", "model.onnx.data"):
        (graph / name).write_text(name)
    assert render(tmp_path, model_folder) == 0
    got = files(tmp_path / "models" / "model_onnx" / "1" / "model.onnx")
    assert got == {name: name.encode() for name in ("model.onnx", "model.onnx.data")}


def test_one_model_of_the_fused_pipeline_with_all_that_it_imports(tmp_path: Path, model_folder: Path) -> None:
    assert render(tmp_path, model_folder, pipeline="fused", instances=1) == 0
    got = files(tmp_path / "models")
    assert {name.split("/")[0] for name in got} == {"sentiment"}
    assert got["sentiment/1/model.onnx"] == b"graph"
    assert {f"sentiment/1/{name}" for name in ("model.py", "tokenizer.json", "bert_batching/pool.py")} <= set(got)
    settings = json.loads(got["sentiment/1/settings.json"])
    assert (settings["text"], settings["logits"]) == ("text_input", "logits")
    assert (settings["task"], settings["decision"]) == ("textClassification", {})
    assert settings["outputs"] == {"label": "predicts", "score": "scores"}
    assert settings["labels"] == ["neutral", "distress"]


@pytest.mark.parametrize("pipeline", ["fused", "ensemble"])
def test_who_answers_has_the_code_of_its_task(tmp_path: Path, model_folder: Path, pipeline: str) -> None:
    assert render(tmp_path, model_folder, pipeline=pipeline, instances=1) == 0
    got = files(tmp_path / "models")
    code = [name.split("/")[0] for name in got if name.endswith("bert_tasks/text_classification/answer.py")]
    assert code == ["sentiment" if pipeline == "fused" else "post_processing"]


@pytest.mark.parametrize("pipeline", ["fused", "ensemble"])
def test_several_labels(tmp_path: Path, model_folder: Path, pipeline: str) -> None:
    (model_folder / "model.json").write_text(json.dumps({**MODEL, **OF_MULTI_LABEL}), encoding="utf-8")
    write_proof(model_folder / "proof.json", proof("multiLabelClassification", "sigmoid"))
    options = {"threshold": 0.4, "thresholds": {"distress": 0.7}, "probabilities": True}
    spec: dict[str, Any] = {**MULTI_LABEL, "task": {"multiLabelClassification": options}, "pipeline": pipeline}
    golden = tmp_path / "golden.json"
    assert render(tmp_path, model_folder, "models", "--golden", str(golden), instances=1, **spec) == 0
    who = "sentiment" if pipeline == "fused" else "post_processing"
    settings = json.loads(files(tmp_path / "models")[f"{who}/1/settings.json"])
    assert settings["decision"] == {"threshold": 0.4, "thresholds": {"distress": 0.7}}
    outputs = {"label": "predicts", "score": "scores", "probabilities": "probabilities"}
    assert settings["outputs"] == outputs
    said = json.loads(golden.read_text(encoding="utf-8"))
    assert said["examples"] == [{"text": "помогите", "labels": ["distress"], "minScore": 0.9}]
    assert said["tensors"]["outputs"] == outputs


def test_the_fused_model_before_the_native_backend(tmp_path: Path, model_folder: Path) -> None:
    options: dict[str, Any] = {"onnxBackend": "onnxruntime", "device": "gpu", "maxBatchSize": 32, "instances": 2}
    assert render(tmp_path, model_folder, pipeline="fused", **options) == 0
    got = files(tmp_path / "models")
    assert {name.split("/")[0] for name in got} == {"sentiment", "model_onnx"}
    assert [name for name in got if name.startswith("model_onnx/")] == [
        "model_onnx/1/model.onnx",
        "model_onnx/config.pbtxt",
    ]
    settings = json.loads(got["sentiment/1/settings.json"])
    assert settings["behind"] == {"model": "model_onnx", "runners": 3}
    assert settings["runCosts"] == {"call": 1024, "tokens": 8192, "texts": 32}


def test_costs_of_a_run_that_the_deployment_says(tmp_path: Path, model_folder: Path) -> None:
    costs = {"call": 40, "tokens": 256}
    assert render(tmp_path, model_folder, pipeline="fused", instances=1, runCosts=costs) == 0
    assert json.loads(files(tmp_path / "models")["sentiment/1/settings.json"])["runCosts"] == costs


def test_the_same_bytes_twice(tmp_path: Path, model_folder: Path) -> None:
    assert render(tmp_path, model_folder, "first") == render(tmp_path, model_folder, "second") == 0
    assert files(tmp_path / "first") == files(tmp_path / "second")


def test_with_the_native_backend_the_graph_is_the_whole_model(tmp_path: Path, model_folder: Path) -> None:
    assert render(tmp_path, model_folder, onnxBackend="onnxruntime") == 0
    got = [name for name in files(tmp_path / "models") if name.startswith("model_onnx/")]
    assert got == ["model_onnx/1/model.onnx", "model_onnx/config.pbtxt"]


def test_a_gpu_repository_can_be_rendered_for_a_build_without_one(tmp_path: Path, model_folder: Path) -> None:
    gpu: dict[str, Any] = {"onnxBackend": "onnxruntime", "device": "gpu"}
    assert render(tmp_path, model_folder, "gpu", "--no-graph", "--without-gpu", str(tmp_path / "cpu"), **gpu) == 0
    first, second = files(tmp_path / "gpu"), files(tmp_path / "cpu")
    assert [name for name in first if first[name] != second[name]] == ["model_onnx/config.pbtxt"]
    assert "model_onnx/1/model.onnx" not in first


def test_a_cpu_repository_is_verified_as_it_is(tmp_path: Path, model_folder: Path) -> None:
    assert render(tmp_path, model_folder, "models", "--without-gpu", str(tmp_path / "cpu")) == 0
    assert not (tmp_path / "cpu").exists()


def test_problems_are_printed_without_a_traceback(
    tmp_path: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render(tmp_path, model_folder, apiName="model_onnx", maxBatchSize=0) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: spec.json: ") for line in lines)
    assert not (tmp_path / "models").exists()


def test_what_does_not_fit_the_model_is_its_verdict(tmp_path: Path, model_folder: Path) -> None:
    verdict = tmp_path / "proof" / "verdict.json"
    wrong: dict[str, Any] = {"maxLength": 513, "labels": {"0": "a", "1": " "}}
    assert render(tmp_path, model_folder, "models", "--verdict", str(verdict), **wrong, examples=[]) == 0
    problems = json.loads(verdict.read_text(encoding="utf-8"))["problems"]
    assert [problem["path"] for problem in problems] == [["labels", "1"], ["maxLength"]]
    assert not (tmp_path / "models").exists()


def test_what_the_exporter_has_found_is_not_lost(tmp_path: Path, model_folder: Path) -> None:
    verdict = tmp_path / "verdict.json"
    earlier = {"path": ["model"], "text": "some weights are left out"}
    verdict.write_text(json.dumps({"problems": [], "warnings": [earlier]}), encoding="utf-8")
    (model_folder / "model.json").write_text(json.dumps({**MODEL, "maxLength": 8192}), encoding="utf-8")
    assert render(tmp_path, model_folder, "models", "--verdict", str(verdict)) == 0
    found = json.loads(verdict.read_text(encoding="utf-8"))
    assert found["problems"] == []
    assert [warning["path"] for warning in found["warnings"]] == [["model"], ["maxLength"]]
    assert found["warnings"][0] == earlier


def test_of_a_model_that_the_exporter_has_refused_nothing_is_rendered(tmp_path: Path) -> None:
    verdict = tmp_path / "verdict.json"
    refused = json.dumps({"problems": [{"path": ["model"], "because": "is none", "remedy": ""}]})
    verdict.write_text(refused, encoding="utf-8")
    assert render(tmp_path, tmp_path / "none", "models", "--verdict", str(verdict)) == 0
    assert not (tmp_path / "models").exists()
    assert verdict.read_text(encoding="utf-8") == refused


def test_what_is_wrong_with_the_exporters_own_file_is_no_verdict(tmp_path: Path, model_folder: Path) -> None:
    verdict = tmp_path / "verdict.json"
    (model_folder / "model.json").write_text(json.dumps({**MODEL, "inputs": []}), encoding="utf-8")
    assert render(tmp_path, model_folder, "models", "--verdict", str(verdict), maxLength=513) == 1
    assert not verdict.exists()


def test_a_proof_that_this_version_does_not_come_to_is_the_verdict(tmp_path: Path, model_folder: Path) -> None:
    made = proof()
    made.said[0]["labels"] = ["neutral"]
    write_proof(model_folder / "proof.json", made)
    golden, verdict = tmp_path / "golden.json", tmp_path / "verdict.json"
    assert render(tmp_path, model_folder, "models", "--golden", str(golden), "--verdict", str(verdict)) == 0
    (problem,) = json.loads(verdict.read_text(encoding="utf-8"))["problems"]
    assert problem["path"] == ["task"]
    assert 'text "мне страшно"' in problem["because"]
    assert not golden.exists()


def test_a_model_without_proof_is_no_verdict(tmp_path: Path, model_folder: Path) -> None:
    (model_folder / "proof.json").unlink()
    files = ["--golden", str(tmp_path / "golden.json"), "--verdict", str(tmp_path / "verdict.json")]
    assert render(tmp_path, model_folder, "models", *files) == 1
    assert not (tmp_path / "verdict.json").exists()


def test_an_incomplete_model_and_a_full_folder_are_refused(
    tmp_path: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render(tmp_path, model_folder) == 0
    assert render(tmp_path, model_folder) == 1
    assert "render into an empty folder" in capsys.readouterr().err
    (model_folder / "model.onnx").unlink()
    assert render(tmp_path, model_folder, "other") == 1
    assert "lacks model.onnx" in capsys.readouterr().err
    (tmp_path / "spec.json").unlink()
    paths = ["--spec", "absent.json", "--model", str(model_folder), "--templates", str(TEMPLATES), "--out", "never"]
    assert main(["render", *paths]) == 1
    assert "absent.json: can't be read" in capsys.readouterr().err
