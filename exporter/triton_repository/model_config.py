"""The Triton configs of the models: four of an ensemble, or the one of the fused pipeline. In: Serving and Contract.
Out: ModelConfig messages, and their text.

They are built from Triton's own message type, so a field that is misspelt or of the wrong type can't exist: protobuf
refuses it. Everything that Triton would otherwise complete by itself is said, for the server runs with
--disable-auto-complete-config."""

from collections.abc import Iterable
from typing import Any

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from triton_repository.contract import Contract, Tensor
from triton_repository.spec import Serving

# HTTP's names of types → those of the config.
DATA_TYPES = {"BYTES": pb.TYPE_STRING, "FP32": pb.TYPE_FP32, "INT64": pb.TYPE_INT64}


def ensemble(serving: Serving, contract: Contract) -> Any:
    """The public model. It only passes tensors on: batches form in the models behind it."""
    graph_inputs = {name: name for name in serving.inputs}
    text, label, score = contract.text.name, contract.label.name, contract.score.name
    logits = contract.logits_name
    steps = [
        _step(contract.preprocessing, {text: text}, graph_inputs),
        _step(contract.inference, graph_inputs, {logits: logits}),
        _step(contract.postprocessing, {logits: logits}, {label: label, score: score}),
    ]
    return pb.ModelConfig(
        name=serving.api_name,
        platform="ensemble",
        max_batch_size=serving.max_batch_size,
        input=_inputs([contract.text]),
        output=_outputs([contract.label, contract.score]),
        ensemble_scheduling=pb.ModelEnsembling(step=steps),
    )


def fused(serving: Serving, contract: Contract) -> Any:
    """The public model, which does all by itself. Batching without a delay: a request that comes by itself is known to
    be alone, and those that had to wait come together."""
    texts, answers = _inputs([contract.text]), _outputs([contract.label, contract.score])
    return _python(serving, serving.api_name, texts, answers)


def preprocessing(serving: Serving, contract: Contract) -> Any:
    graph_inputs = [contract.graph_input(name) for name in serving.inputs]
    return _python(serving, contract.preprocessing, _inputs([contract.text]), _outputs(graph_inputs))


def postprocessing(serving: Serving, contract: Contract) -> Any:
    logits = contract.logits(len(serving.labels))
    return _python(serving, contract.postprocessing, _inputs([logits]), _outputs([contract.label, contract.score]))


def inference(serving: Serving, contract: Contract) -> Any:
    """The graph, either on Triton's onnxruntime backend or in a python model.

    Texts of different lengths make arrays of different shapes. The python model pads them itself, so Triton may hand it
    any requests together (`allow_ragged_batch`); the C++ backend gets batches of equal shape only."""
    python = serving.onnx_backend == "python"
    graph_inputs = [contract.graph_input(name) for name in serving.inputs]
    kind = pb.ModelInstanceGroup.KIND_GPU if serving.device == "gpu" else pb.ModelInstanceGroup.KIND_CPU
    return pb.ModelConfig(
        name=contract.inference,
        backend=serving.onnx_backend,
        default_model_filename="model.py" if python else "model.onnx",
        max_batch_size=serving.max_batch_size,
        input=_inputs(graph_inputs, ragged=python),
        output=_outputs([contract.logits(len(serving.labels))]),
        instance_group=[pb.ModelInstanceGroup(kind=kind, count=serving.instances)],
        dynamic_batching=_batching(),
    )


def as_text(config: Any) -> str:
    """The text of config.pbtxt; the same config always gives the same bytes."""
    text: str = text_format.MessageToString(config, as_utf8=True)
    return text


def _python(serving: Serving, name: str, inputs: list[Any], outputs: list[Any]) -> Any:
    return pb.ModelConfig(
        name=name,
        backend="python",
        default_model_filename="model.py",
        max_batch_size=serving.max_batch_size,
        input=inputs,
        output=outputs,
        # One process each: they take microseconds, and every further one costs some 60 MB.
        instance_group=[pb.ModelInstanceGroup(kind=pb.ModelInstanceGroup.KIND_CPU, count=1)],
        dynamic_batching=_batching(),
    )


def _batching() -> Any:
    """Plain. With a queue policy or levels of priority Triton's batcher (2.51; core's dynamic_batch_scheduler.cc) does
    not hear of a request that comes while a call is about to return, and looks again after half a second: where
    answers are sent in a call that is every tenth request of a client by itself. So what waits is bounded in the
    python models."""
    return pb.ModelDynamicBatching()


def _step(model: str, inputs: dict[str, str], outputs: dict[str, str]) -> Any:
    return pb.ModelEnsembling.Step(model_name=model, model_version=-1, input_map=inputs, output_map=outputs)


def _inputs(tensors: Iterable[Tensor], ragged: bool = False) -> list[Any]:
    return [
        pb.ModelInput(name=t.name, data_type=DATA_TYPES[t.type], dims=t.dims, allow_ragged_batch=ragged)
        for t in tensors
    ]


def _outputs(tensors: Iterable[Tensor]) -> list[Any]:
    return [pb.ModelOutput(name=t.name, data_type=DATA_TYPES[t.type], dims=t.dims) for t in tensors]
