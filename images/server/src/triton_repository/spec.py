"""What is to be served, validated. In: spec.json (from the deployment), model.json (from the exporter, which read the
graph). Out: Serving, in which the two agree. Raises InvalidInput with every problem at once."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from triton_repository.contract import Contract
from triton_repository.errors import InvalidInput, Problem, Warned
from triton_repository.examples import Example, read_examples
from triton_repository.fields import Fields, listed
from triton_repository.labels import label_problems
from triton_repository.task import Task, read_task

# A folder of the repository, and a part of the client's URL.
API_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
# Of labels that are wrong.
SHOWN = 3


@dataclass(frozen=True)
class Limits:
    """What one client may ask: bytes of a text and of a request's texts, seconds in the queue, requests in it."""

    text_bytes: int
    request_bytes: int
    wait_seconds: float
    waiting_requests: int


@dataclass(frozen=True)
class Serving:
    api_name: str
    max_batch_size: int
    max_length: int
    instances: int
    pipeline: str
    run_costs: dict[str, int] | None
    onnx_backend: str
    device: str
    task: Task
    labels: tuple[str, ...]
    # Those of the model, which may be the same.
    own_labels: tuple[str, ...]
    activation: str
    inputs: tuple[str, ...]
    pad_token_id: int
    examples: tuple[Example, ...]
    limits: Limits
    warnings: tuple[Warned, ...] = ()


def read_serving(spec_file: Path, model_file: Path, contract: Contract) -> Serving:
    problems: list[Problem | str] = []
    warnings: list[Warned] = []
    spec = Fields(spec_file.name, _json(spec_file, problems), problems, warnings=warnings)
    model = Fields(model_file.name, _json(model_file, problems), problems)
    if problems:
        raise InvalidInput(problems)

    own_length = model.whole("maxLength", contract.max_length[0], 1_000_000)
    own_labels = model.get("labels", list, "a list of labels")
    inputs = model.get("inputs", list, "a list of the graph's inputs") or []
    labels = _labels(spec, own_labels or [])
    activation = model.choice("activation", ("softmax", "sigmoid", "none"))
    task = read_task(spec, model, activation, labels, contract)
    serving = Serving(
        api_name=_api_name(spec, contract),
        max_batch_size=spec.whole("maxBatchSize", *contract.max_batch_size),
        max_length=_max_length(spec, own_length, contract),
        instances=spec.whole("instances", 1, 64),
        pipeline=spec.choice("pipeline", ("ensemble", "fused"), default="ensemble"),
        run_costs=_run_costs(spec),
        onnx_backend=spec.choice("onnxBackend", ("python", "onnxruntime")),
        device=spec.choice("device", ("cpu", "gpu")),
        task=task,
        labels=labels,
        own_labels=tuple(map(str, own_labels or [])),
        activation=activation,
        inputs=tuple(inputs),
        pad_token_id=model.whole("padTokenId", 0, 10_000_000),
        examples=read_examples(spec, task.name, labels, activation),
        limits=_limits(spec),
    )
    # Triton makes the instances on every GPU that it sees, so the count of GPUs is the pod's affair.
    spec.whole("gpuCount", 0, 16, default=1)
    model.get("source", dict, "an object", default=None)

    if serving.device == "gpu" and serving.onnx_backend == "python":
        spec.problem(
            "onnxBackend", 'is "python", which runs on the CPU only; use a server with the onnxruntime backend'
        )
    if serving.pipeline == "fused" and serving.onnx_backend == "python" and serving.instances != 1:
        spec.problem(
            "instances", f'must be 1 where pipeline is "fused", which uses all cores as it is, got {serving.instances}'
        )
    for name in serving.inputs:
        if name not in contract.graph_input_names:
            fillable = ", ".join(contract.graph_input_names)
            model.problem("inputs", f'names "{name}", which no tokenizer fills; a graph may ask for {fillable}')
    if "input_ids" not in serving.inputs:
        model.problem("inputs", "lacks input_ids: a graph that reads no tokens can't classify text")
    spec.refuse_unknown()
    model.refuse_unknown()
    if problems:
        raise InvalidInput(problems)
    return replace(serving, warnings=tuple(warnings))


def _json(file: Path, problems: list[Problem | str]) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        problems.append(f"{file}: can't be read: {problem}")
        return {}


def _api_name(spec: Fields, contract: Contract) -> Any:
    name = spec.get("apiName", str, "the model's public name")
    if isinstance(name, str) and not API_NAME.fullmatch(name):
        spec.problem("apiName", f'must be letters, digits, ".", "_" or "-", at most 128, got "{name}"')
    if name in contract.roles:
        taken = ", ".join(contract.roles)
        spec.problem(
            "apiName", f'is "{name}", the name of a model behind the public one', f"choose another than {taken}"
        )
    return name


def _max_length(spec: Fields, own_length: Any, contract: Contract) -> Any:
    least, most = contract.max_length
    what = f"a whole number of tokens from {least}, or null"
    asked = spec.get("maxLength", int, what, default=None)
    if own_length is None:
        return asked
    takes = min(own_length, most)
    if asked is None:
        if takes > contract.default_max_length:
            spec.warn("maxLength", _cut(own_length, takes, contract.default_max_length))
        return min(takes, contract.default_max_length)
    if asked > own_length:
        remedy = f"lower it to {takes} or less"
        spec.problem("maxLength", f"is {asked}, but model and tokenizer take {own_length} tokens at most", remedy)
    elif not least <= asked <= most:
        spec.problem("maxLength", f"must be from {least} to {most} tokens, got {asked}")
    return asked


def _cut(own_length: int, takes: int, default: int) -> str:
    return (
        f"the model takes {own_length} tokens, and a longer text than {default} is cut to {default}; set it to "
        f"{default} if that is meant, or to at most {takes}: what a text takes of memory grows with its square"
    )


def _run_costs(spec: Fields) -> dict[str, int] | None:
    """What a run costs, or None: then the server measures it when it starts."""
    said = spec.get("runCosts", dict, "an object with call and tokens, or null", default=None)
    if said is None:
        return None
    fields = spec.within(said, "runCosts")
    costs = {"call": fields.whole("call", 1, 4096), "tokens": fields.whole("tokens", 8, 65536)}
    fields.refuse_unknown()
    return costs


def _limits(spec: Fields) -> Limits:
    """All four are said: their defaults are the deployment's."""
    fields = spec.within(spec.get("limits", dict, "an object", default={}), "limits")
    limits = Limits(
        text_bytes=fields.whole("textBytes", 1, 1 << 24),
        request_bytes=fields.whole("requestBytes", 1, 1 << 24),
        wait_seconds=fields.get("waitSeconds", (int, float), "a number of seconds"),
        waiting_requests=fields.whole("waitingRequests", 1, 1_000_000),
    )
    fields.refuse_unknown()
    return limits


def _labels(spec: Fields, own: list[Any]) -> tuple[str, ...]:
    """The deployment's labels, or the model's own; either way one for each class of the graph, in its order."""
    said = spec.get("labels", dict, "a map from class number to label, or null", default=None)
    if said is None:
        # Of a file that the user can't change: where it is wrong, labels of one's own are the way out.
        reasons = [because for _, because in label_problems(own)]
        if reasons:
            more = "; …" if len(reasons) > SHOWN else ""
            because = "is not said, and of the checkpoint's own labels " + "; ".join(reasons[:SHOWN]) + more
            spec.problem("labels", because, f"say labels, one for each class from 0 to {len(own) - 1}")
        return tuple(map(str, own))
    expected = [str(index) for index in range(len(own))]
    if sorted(said) != sorted(expected):
        spec.problem(
            "labels",
            f"has the entries {listed(said)}",
            f"the model has {len(own)} classes, so it must have {listed(expected)}",
        )
    labels = [said.get(index, index) for index in expected]
    for index, because in label_problems(labels):
        spec.problem("labels", because, key=str(index))
    return tuple(map(str, labels))
