"""The configs, read back with Triton's own message type."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from fitting import MULTI_LABEL, OF_MULTI_LABEL, TEMPLATES, Read
from triton_repository import model_config, repository
from triton_repository.contract import Contract
from triton_repository.errors import InvalidInput
from triton_repository.spec import Serving

PRE, GRAPH, POST = "text_preprocessing", "model_onnx", "post_processing"


def configs(serving: Serving, contract: Contract, templates: Path = TEMPLATES) -> dict[str, Any]:
    """By folder of the templates, as Triton reads them."""
    filled = model_config.configs(templates, serving, contract)
    return {
        folder: text_format.Parse(model_config.as_text(config), pb.ModelConfig()) for folder, config in filled.items()
    }


def test_the_public_model_is_the_wire_contract(read: Read, contract: Contract) -> None:
    config = configs(read(), contract)[model_config.PUBLIC]
    assert (config.name, config.platform, config.max_batch_size) == ("sentiment", "ensemble", 16)
    assert [(i.name, i.data_type, list(i.dims)) for i in config.input] == [("text_input", pb.TYPE_STRING, [1])]
    outputs = [(o.name, o.data_type, list(o.dims)) for o in config.output]
    assert outputs == [("predicts", pb.TYPE_STRING, [1]), ("scores", pb.TYPE_FP32, [1])]
    assert not config.parameters


PROBABILITIES: list[tuple[dict[str, Any], dict[str, Any], list[int]]] = [
    ({"task": {"textClassification": {"probabilities": True}}}, {}, [1]),
    ({**MULTI_LABEL, "task": {"multiLabelClassification": {"probabilities": True}}}, OF_MULTI_LABEL, [2]),
]


@pytest.mark.parametrize("pipeline", ["fused", "ensemble"])
@pytest.mark.parametrize(("task", "model", "score"), PROBABILITIES)
def test_probabilities_are_an_output_whose_order_the_config_says(
    read: Read, contract: Contract, pipeline: str, task: dict[str, Any], model: dict[str, Any], score: list[int]
) -> None:
    labels = {"0": 'say "hi"', "1": "тревога"}
    changes = {**task, "pipeline": pipeline, "instances": 1, "labels": labels, "examples": []}
    public = configs(read(model=model, **changes), contract)[model_config.PUBLIC]
    outputs = [(o.name, o.data_type, list(o.dims)) for o in public.output]
    assert outputs == [
        ("predicts", pb.TYPE_STRING, [1]),
        ("scores", pb.TYPE_FP32, score),
        ("probabilities", pb.TYPE_FP32, [2]),
    ]
    assert json.loads(public.parameters["labels"].string_value) == list(labels.values())


def test_scores_of_several_labels_have_their_order_said(read: Read, contract: Contract) -> None:
    config = configs(read(**MULTI_LABEL, model=OF_MULTI_LABEL), contract)[model_config.PUBLIC]
    assert [(o.name, list(o.dims)) for o in config.output] == [("predicts", [1]), ("scores", [2])]
    assert json.loads(config.parameters["labels"].string_value) == ["neutral", "distress"]


@pytest.mark.parametrize(("task", "model", "score"), [({}, {}, [1]), *PROBABILITIES])
def test_every_tensor_of_a_step_is_one_of_its_models_and_comes_from_somewhere(
    read: Read, contract: Contract, task: dict[str, Any], model: dict[str, Any], score: list[int]
) -> None:
    models = configs(read(model=model, **task), contract)
    assert list(next(o for o in models[model_config.PUBLIC].output if o.name == "scores").dims) == score
    ensemble = models.pop(model_config.PUBLIC)
    assert [step.model_name for step in ensemble.ensemble_scheduling.step] == list(contract.roles)
    known = {i.name for i in ensemble.input}
    for step in ensemble.ensemble_scheduling.step:
        member = models[step.model_name]
        assert set(step.input_map) == {i.name for i in member.input}
        assert set(step.output_map) == {o.name for o in member.output}
        assert set(step.input_map.values()) <= known
        known |= set(step.output_map.values())
    assert {o.name for o in ensemble.output} <= known


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [(["input_ids", "attention_mask"], 2), (["input_ids", "token_type_ids", "attention_mask"], 3)],
)
def test_the_graphs_own_inputs_and_classes(read: Read, contract: Contract, inputs: list[str], expected: int) -> None:
    config = configs(read(model={"inputs": inputs}), contract)[GRAPH]
    assert [i.name for i in config.input] == inputs
    assert len(config.input) == expected
    assert all(i.data_type == pb.TYPE_INT64 and list(i.dims) == [-1] for i in config.input)
    assert [(o.name, list(o.dims)) for o in config.output] == [("logits", [2])]


def test_the_fused_model_has_the_same_contract_and_never_delays_a_request(read: Read, contract: Contract) -> None:
    fused = configs(read(pipeline="fused", instances=1), contract)[model_config.PUBLIC]
    ensemble = configs(read(), contract)[model_config.PUBLIC]
    assert fused.name == ensemble.name
    assert fused.max_batch_size == ensemble.max_batch_size
    assert list(fused.input) == list(ensemble.input)
    assert list(fused.output) == list(ensemble.output)
    assert (fused.backend, fused.instance_group[0].count) == ("python", 1)
    assert fused.HasField("dynamic_batching")
    assert fused.dynamic_batching.max_queue_delay_microseconds == 0


def test_python_model_takes_ragged_batches_and_the_backend_does_not(read: Read, contract: Contract) -> None:
    python = configs(read(), contract)[GRAPH]
    native = configs(read(onnxBackend="onnxruntime"), contract)[GRAPH]
    behind = configs(read(onnxBackend="onnxruntime", pipeline="fused"), contract)[GRAPH]
    assert (python.backend, python.default_model_filename) == ("python", "model.py")
    assert (native.backend, native.default_model_filename) == ("onnxruntime", "model.onnx")
    assert all(i.allow_ragged_batch for i in python.input)
    assert not any(i.allow_ragged_batch for i in native.input)
    assert behind == native


def test_only_the_graph_goes_to_the_gpu(read: Read, contract: Contract) -> None:
    models = configs(read(onnxBackend="onnxruntime", device="gpu"), contract)
    group = models[GRAPH].instance_group[0]
    assert (group.kind, group.count) == (pb.ModelInstanceGroup.KIND_GPU, 2)
    for folder in (PRE, POST):
        assert models[folder].instance_group[0].kind == pb.ModelInstanceGroup.KIND_CPU


def test_all_but_the_ensemble_batch_dynamically_up_to_the_same_size(read: Read, contract: Contract) -> None:
    models = configs(dataclasses.replace(read(), max_batch_size=7), contract)
    ensemble = models.pop(model_config.PUBLIC)
    assert set(models) == {PRE, GRAPH, POST}
    assert all(config.HasField("dynamic_batching") and config.max_batch_size == 7 for config in models.values())
    assert not ensemble.HasField("dynamic_batching")
    assert ensemble.max_batch_size == 7


def test_no_queue_has_a_policy_or_priorities_which_make_tritons_batcher_sleep(read: Read, contract: Contract) -> None:
    for backend in ("python", "onnxruntime"):
        ensemble = configs(read(onnxBackend=backend), contract)
        del ensemble[model_config.PUBLIC]
        fused = configs(read(onnxBackend=backend, pipeline="fused", instances=1), contract)
        for config in (*ensemble.values(), *fused.values()):
            assert config.HasField("dynamic_batching")
            assert config.dynamic_batching.ByteSize() == 0


def test_the_models_are_the_contracts_roles_and_the_python_ones_have_their_code(contract: Contract) -> None:
    folders = {file.parent.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob(model_config.FILE)}
    assert folders == {
        *(f"ensemble/{role}" for role in (model_config.PUBLIC, *contract.roles)),
        *(f"fused/{role}" for role in (model_config.PUBLIC, contract.inference)),
    }
    code = {file.parents[1].relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("1/model.py")}
    assert code == set(repository.BESIDE)


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("max_batch_size:", "max_batchsize:", 'has no field named "max_batchsize"'),
        ("${max_batch_size}", '"many"', "Couldn't parse"),
        ("${max_batch_size}", "${batch}", "nothing fills ${batch}; known are ${api_name}"),
        ("${max_batch_size}", "${max", "Invalid placeholder"),
        ('"post_processing"', '"postprocessing"', 'has the name "postprocessing", in a folder for "post_processing"'),
    ],
)
def test_a_wrong_template_is_told_by_its_name(
    read: Read, contract: Contract, tmp_path: Path, good: str, bad: str, told: str
) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    template = tmp_path / "templates" / "ensemble" / POST / model_config.FILE
    text = template.read_text(encoding="utf-8")
    assert good in text
    template.write_text(text.replace(good, bad), encoding="utf-8")
    with pytest.raises(InvalidInput) as raised:
        configs(read(), contract, tmp_path / "templates")
    assert len(raised.value.problems) == 1
    assert str(raised.value).startswith(f"{template}: ")
    assert told in str(raised.value)


def test_a_step_that_is_no_model_beside_the_ensemble_is_told(read: Read, contract: Contract, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    shutil.rmtree(tmp_path / "templates" / "ensemble" / POST)
    with pytest.raises(InvalidInput, match='has a step "post_processing", which is no model beside it'):
        configs(read(), contract, tmp_path / "templates")
