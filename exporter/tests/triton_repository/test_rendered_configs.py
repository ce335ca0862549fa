"""The configs, read back with Triton's own message type."""

import dataclasses
from typing import Any

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from fitting import Read
from triton_repository import model_config
from triton_repository.contract import Contract


def read_back(config: Any) -> Any:
    return text_format.Parse(model_config.as_text(config), pb.ModelConfig())


def test_the_public_model_is_the_wire_contract(read: Read, contract: Contract) -> None:
    config = read_back(model_config.ensemble(read(), contract))
    assert (config.name, config.platform, config.max_batch_size) == ("sentiment", "ensemble", 16)
    assert [(i.name, i.data_type, list(i.dims)) for i in config.input] == [("text_input", pb.TYPE_STRING, [1])]
    outputs = [(o.name, o.data_type, list(o.dims)) for o in config.output]
    assert outputs == [("predicts", pb.TYPE_STRING, [1]), ("scores", pb.TYPE_FP32, [1])]


def test_every_tensor_of_a_step_is_one_of_its_models_and_comes_from_somewhere(read: Read, contract: Contract) -> None:
    serving = read()
    build = (model_config.preprocessing, model_config.inference, model_config.postprocessing)
    models = {config.name: config for config in (each(serving, contract) for each in build)}
    ensemble = read_back(model_config.ensemble(serving, contract))
    known = {i.name for i in ensemble.input}
    for step in ensemble.ensemble_scheduling.step:
        model = models[step.model_name]
        assert set(step.input_map) == {i.name for i in model.input}
        assert set(step.output_map) == {o.name for o in model.output}
        assert set(step.input_map.values()) <= known
        known |= set(step.output_map.values())
    assert {o.name for o in ensemble.output} <= known


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [(["input_ids", "attention_mask"], 2), (["input_ids", "token_type_ids", "attention_mask"], 3)],
)
def test_the_graphs_own_inputs_and_classes(read: Read, contract: Contract, inputs: list[str], expected: int) -> None:
    config = read_back(model_config.inference(read(model={"inputs": inputs}), contract))
    assert [i.name for i in config.input] == inputs
    assert len(config.input) == expected
    assert all(i.data_type == pb.TYPE_INT64 and list(i.dims) == [-1] for i in config.input)
    assert [(o.name, list(o.dims)) for o in config.output] == [("logits", [2])]


def test_the_fused_model_has_the_same_contract_and_never_delays_a_request(read: Read, contract: Contract) -> None:
    serving = read(pipeline="fused", instances=1)
    fused, ensemble = (read_back(build(serving, contract)) for build in (model_config.fused, model_config.ensemble))
    assert fused.name == ensemble.name
    assert fused.max_batch_size == ensemble.max_batch_size
    assert list(fused.input) == list(ensemble.input)
    assert list(fused.output) == list(ensemble.output)
    assert (fused.backend, fused.instance_group[0].count) == ("python", 1)
    assert fused.HasField("dynamic_batching")
    assert fused.dynamic_batching.max_queue_delay_microseconds == 0


def test_python_model_takes_ragged_batches_and_the_backend_does_not(read: Read, contract: Contract) -> None:
    python = model_config.inference(read(), contract)
    native = model_config.inference(read(onnxBackend="onnxruntime"), contract)
    assert (python.backend, python.default_model_filename) == ("python", "model.py")
    assert (native.backend, native.default_model_filename) == ("onnxruntime", "model.onnx")
    assert all(i.allow_ragged_batch for i in python.input)
    assert not any(i.allow_ragged_batch for i in native.input)


def test_only_the_graph_goes_to_the_gpu(read: Read, contract: Contract) -> None:
    serving = read(onnxBackend="onnxruntime", device="gpu")
    group = model_config.inference(serving, contract).instance_group[0]
    assert (group.kind, group.count) == (pb.ModelInstanceGroup.KIND_GPU, 2)
    for build in (model_config.preprocessing, model_config.postprocessing):
        assert build(serving, contract).instance_group[0].kind == pb.ModelInstanceGroup.KIND_CPU


def test_all_but_the_ensemble_batch_dynamically_up_to_the_same_size(read: Read, contract: Contract) -> None:
    serving = dataclasses.replace(read(), max_batch_size=7)
    build = (model_config.preprocessing, model_config.inference, model_config.postprocessing)
    configs = [read_back(each(serving, contract)) for each in build]
    assert all(config.HasField("dynamic_batching") and config.max_batch_size == 7 for config in configs)
    ensemble = read_back(model_config.ensemble(serving, contract))
    assert not ensemble.HasField("dynamic_batching")
    assert ensemble.max_batch_size == 7


def test_no_queue_has_a_policy_or_priorities_which_make_tritons_batcher_sleep(read: Read, contract: Contract) -> None:
    build = (model_config.fused, model_config.preprocessing, model_config.inference, model_config.postprocessing)
    for backend in ("python", "onnxruntime"):
        for config in (read_back(each(read(onnxBackend=backend), contract)) for each in build):
            assert config.HasField("dynamic_batching")
            assert config.dynamic_batching.ByteSize() == 0
