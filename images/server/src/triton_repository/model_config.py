"""The Triton configs of a repository's models. In: the templates of its pipeline, Serving, Contract. Out: ModelConfig
messages, and their text.

A filled template is read with Triton's own message type, so a field that is misspelt or of the wrong type can't exist:
protobuf refuses it. What the placeholders mean: model_repository_templates/README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from triton_repository.contract import Contract, Tensor
from triton_repository.errors import InvalidInput
from triton_repository.spec import Serving

# The folder of the public model, which is rendered under the name that the deployment gives it.
PUBLIC = "ensemble_model"
FILE = "config.pbtxt.template"
# HTTP's names of types → those of the config.
DATA_TYPES = {"BYTES": pb.TYPE_STRING, "FP32": pb.TYPE_FP32, "INT64": pb.TYPE_INT64}


def configs(templates: Path, serving: Serving, contract: Contract) -> dict[str, Any]:
    """The configs of the models that are served, by folder of the pipeline's templates."""
    pipeline = templates / serving.pipeline
    folders = sorted(file.parent.name for file in pipeline.glob(f"*/{FILE}"))
    if serving.pipeline == "fused" and serving.onnx_backend == "python":
        # The public model runs the graph itself.
        folders.remove(contract.inference)
    values = _values(serving, contract)
    filled = {folder: _filled(pipeline / folder / FILE, values) for folder in folders}
    names = {folder: serving.api_name if folder == PUBLIC else folder for folder in folders}
    problems = []
    for folder, config in filled.items():
        template = pipeline / folder / FILE
        if config.name != names[folder]:
            problems.append(f'{template}: has the name "{config.name}", in a folder for "{names[folder]}"')
        for step in config.ensemble_scheduling.step:
            if step.model_name not in names.values():
                problems.append(f'{template}: has a step "{step.model_name}", which is no model beside it')
    if problems:
        raise InvalidInput(problems)
    return filled


def as_text(config: Any) -> str:
    """The text of config.pbtxt; the same config always gives the same bytes."""
    text: str = text_format.MessageToString(config, as_utf8=True)
    return text


def _filled(template: Path, values: dict[str, object]) -> Any:
    try:
        text = Template(template.read_text(encoding="utf-8")).substitute(values)
        return text_format.Parse(text, pb.ModelConfig())
    except KeyError as unknown:
        known = ", ".join(f"${{{name}}}" for name in sorted(values))
        raise InvalidInput([f"{template}: nothing fills ${{{unknown.args[0]}}}; known are {known}"]) from None
    except (ValueError, text_format.ParseError) as problem:
        raise InvalidInput([f"{template}: {problem}"]) from None


def _values(serving: Serving, contract: Contract) -> dict[str, object]:
    """What fills the placeholders."""
    python = serving.onnx_backend == "python"
    graph_inputs = [contract.graph_input(name) for name in serving.inputs]
    maps = {name: name for name in serving.inputs}
    tensors = {"text": contract.text, "logits": contract.logits(len(serving.labels))}
    outputs = [output.of(len(serving.labels)) for output in serving.task.outputs.values()]
    return {
        "api_name": serving.api_name,
        "max_batch_size": serving.max_batch_size,
        "instances": serving.instances,
        **{name: _line(_output(tensor)) for name, tensor in tensors.items()},
        **{f"{name}_name": tensor.name for name, tensor in tensors.items()},
        "outputs": _line(pb.ModelConfig(output=map(_output, outputs))),
        "outputs_out_of_step": _line(pb.ModelEnsembling.Step(output_map={each.name: each.name for each in outputs})),
        "class_order": _class_order(serving, contract),
        "graph_inputs": _line(pb.ModelConfig(input=_inputs(graph_inputs, ragged=python))),
        "graph_inputs_as_outputs": _line(pb.ModelConfig(output=map(_output, graph_inputs))),
        "graph_inputs_out_of_step": _line(pb.ModelEnsembling.Step(output_map=maps)),
        "graph_inputs_into_step": _line(pb.ModelEnsembling.Step(input_map=maps)),
        "graph_backend": serving.onnx_backend,
        "graph_file": "model.py" if python else "model.onnx",
        "graph_kind": "KIND_GPU" if serving.device == "gpu" else "KIND_CPU",
    }


def _class_order(serving: Serving, contract: Contract) -> str:
    """Nothing where no output needs it."""
    if not any(output.of_each_class for output in serving.task.outputs.values()):
        return ""
    labels = json.dumps(serving.labels, ensure_ascii=False)
    return _line(pb.ModelConfig(parameters={contract.class_order: pb.ModelParameter(string_value=labels)}))


def _line(fields: Any) -> str:
    """The fields of a message, as text on one line."""
    line: str = text_format.MessageToString(fields, as_utf8=True, as_one_line=True)
    return line


def _output(tensor: Tensor) -> Any:
    return pb.ModelOutput(name=tensor.name, data_type=DATA_TYPES[tensor.type], dims=tensor.dims)


def _inputs(tensors: Iterable[Tensor], ragged: bool) -> list[Any]:
    return [
        pb.ModelInput(name=t.name, data_type=DATA_TYPES[t.type], dims=t.dims, allow_ragged_batch=ragged)
        for t in tensors
    ]
